/** Python stub files of the module `host`: what editors, type checkers and models read. */
import type { FunctionSet, PreparedFunction } from './function-set.ts';
import { docOf, parameterList, signatureOf } from './python-signature.ts';
import { PythonTypes, typeImports } from './python-types.ts';
import { docstring } from './python-words.ts';

export interface Stubs {
  /** Sources by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** The synchronous functions in one text, each under its whole name. */
  readonly text: string;
}

type Flavour = 'host' | 'host.aio';

/** Functions and namespaces of one module. */
interface Space {
  readonly functions: PreparedFunction[];
  readonly inner: Set<string>;
}

const ERRORS = [
  'class FunctionError(Exception):\n    """A function of the app\'s failed; its message is the function\'s own."""',
  'class CallDeniedError(FunctionError):\n    """The app did not let the call through."""',
  'class CallLimitError(FunctionError):\n    """There were too many calls, or too much in one."""',
  'class ValidationError(FunctionError, ValueError):\n    """The arguments are not what the function takes. Nothing was called."""',
];

export const stubsOf = (functions: FunctionSet): Stubs => {
  const spaces = spacesOf(functions);
  const files: Record<string, string> = {};
  for (const flavour of ['host', 'host.aio'] as const) {
    for (const [name, space] of spaces) {
      const module = name === '' ? flavour : `${flavour}.${name}`;
      files[`${module.replaceAll('.', '/')}/__init__.pyi`] = moduleStub(flavour, name, space);
    }
  }
  return { files, text: stubText(functions.all) };
};

const spacesOf = (functions: FunctionSet): ReadonlyMap<string, Space> => {
  const spaces = new Map<string, Space>();
  const space = (name: string): Space => {
    const known = spaces.get(name);
    if (known !== undefined) return known;
    const made: Space = { functions: [], inner: new Set() };
    spaces.set(name, made);
    if (name !== '') {
      const [parent, last] = divide(name);
      space(parent).inner.add(last);
    }
    return made;
  };
  space('');
  for (const one of functions.all) space(divide(one.name)[0]).functions.push(one);
  return spaces;
};

/** Namespace and name. */
const divide = (name: string): readonly [string, string] => {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
};

const moduleStub = (flavour: Flavour, name: string, { functions, inner }: Space): string => {
  const taken = new Set([...functions.map((one) => divide(one.name)[1]), ...inner]);
  const types = new PythonTypes(taken);
  const defined = functions.map((one) => definition(one, types, divide(one.name)[1], flavour === 'host.aio'));
  const modules = [...inner, ...(flavour === 'host' && name === '' ? ['aio'] : [])];
  const errors = name !== '' ? [] : flavour === 'host' ? ERRORS : [ERROR_IMPORT];
  return `${[
    [...typeImports(taken), ...modules.map((module) => `from . import ${module} as ${module}`)].join('\n'),
    ...errors,
    ...types.classes,
    ...defined,
  ].join('\n\n')}\n`;
};

const ERROR_IMPORT = `from host import ${[
  'CallDeniedError',
  'CallLimitError',
  'FunctionError',
  'ValidationError',
]
  .map((name) => `${name} as ${name}`)
  .join(', ')}`;

const definition = (
  one: PreparedFunction,
  types: PythonTypes,
  name: string,
  isAwaitable: boolean,
): string => {
  const signature = signatureOf(one, types);
  let others = 'others';
  while (signature.parameters.some((parameter) => parameter.name === others)) others += '_';
  const parameters = parameterList(signature, `${others}: ${types.any}`);
  const head = `${isAwaitable ? 'async ' : ''}def ${name}(${parameters}) -> ${signature.returns}:`;
  const doc = docOf(one, signature);
  return doc === '' ? `${head} ...` : `${head}\n    ${docstring(doc, '    ')}`;
};

/** Python source but for the dots in names, which say where a function is imported from. */
export const stubText = (functions: readonly PreparedFunction[]): string => {
  if (functions.length === 0) return '';
  const types = new PythonTypes();
  const defined = functions.map((one) => definition(one, types, one.name, false));
  const names = [...new Set(functions.map(({ name }) => name.split('.', 1)[0]))].join(', ');
  const imports = `# from host import ${names}\n# The same to be awaited: from host.aio import ${names}`;
  return `${[imports, ...types.classes, ...defined].join('\n\n')}\n`;
};
