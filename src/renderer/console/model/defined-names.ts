/** Which names a piece of Python defines for what runs after it. Read from its syntax; nothing is run. */
import { pythonLanguage } from '@codemirror/lang-python';

type SyntaxNode = ReturnType<typeof pythonLanguage.parser.parse>['topNode'];

/** Longer code is not looked at, in UTF-16 units. */
const MAX_UNITS = 1_000_000;

const GROUPING = new Set(['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression']);
/** Names in them are their own. */
const OWN_SCOPE = new Set([
  'LambdaExpression',
  'ComprehensionExpression',
  'ArrayComprehensionExpression',
  'DictionaryComprehensionExpression',
  'SetComprehensionExpression',
]);

const isFollowedBy = (node: SyntaxNode, name: string): boolean => {
  for (let next = node.nextSibling; next !== null; next = next.nextSibling)
    if (next.name === name) return true;
  return false;
};

/** Whether the name at that place is given a value there. */
const isTarget = (node: SyntaxNode): boolean => {
  const { parent, prevSibling: before } = node;
  switch (parent?.name) {
    case 'AssignStatement':
      return isFollowedBy(node, 'AssignOp');
    case 'ForStatement':
      return isFollowedBy(node, 'in');
    case 'WithStatement':
      return before?.name === 'as';
    case 'ImportStatement':
      return before?.name !== 'from' && before?.name !== '.' && node.nextSibling?.name !== 'as';
    default:
      return parent !== null && GROUPING.has(parent.name) && isTarget(parent);
  }
};

/** Whether code makes a variable, function, class or module of that name. */
export const definesName = (source: string, name: string): boolean => {
  if (source.length > MAX_UNITS) return false;
  const textOf = (node: SyntaxNode | null): string => (node === null ? '' : source.slice(node.from, node.to));
  const isName = (node: SyntaxNode | null): boolean => textOf(node) === name;
  let isFound = false;
  pythonLanguage.parser.parse(source).iterate({
    enter: ({ node }) => {
      if (isFound || OWN_SCOPE.has(node.name)) return false;
      switch (node.name) {
        case 'FunctionDefinition':
        case 'ClassDefinition':
          isFound = isName(node.getChild('VariableName'));
          return false;
        case 'VariableName':
          isFound = isName(node) && (isTarget(node) || textOf(node.nextSibling) === ':=');
          return false;
        default:
          return undefined;
      }
    },
  });
  return isFound;
};
