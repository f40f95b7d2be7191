import { isInRange, isVersion } from './versions.ts';

/** The variables of environment markers (PEP 508) as the sandbox's interpreter has them. */
export type MarkerEnvironment = ReadonlyMap<string, string>;

/** @param python full version, such as `3.14.0` */
export const markerEnvironment = (python: string): MarkerEnvironment =>
  new Map([
    ['python_version', python.split('.').slice(0, 2).join('.')],
    ['python_full_version', python],
    ['implementation_version', python],
    ['implementation_name', 'cpython'],
    ['platform_python_implementation', 'CPython'],
    ['os_name', 'posix'],
    ['sys_platform', 'emscripten'],
    ['platform_system', 'Emscripten'],
    ['platform_machine', 'wasm32'],
    ['platform_release', ''],
    ['platform_version', ''],
    // No extras are installed.
    ['extra', ''],
  ]);

const TOKEN =
  /\s*(?:(\(|\))|("[^"]*"|'[^']*')|(===|==|~=|!=|<=|>=|<|>)|(not\s+in|in|and|or)(?![\w.])|([a-z_.]+))/uy;
const MAX_DEPTH = 20;

interface Token {
  readonly kind: 'bracket' | 'text' | 'operator' | 'word' | 'variable';
  readonly text: string;
}

/** Whether a marker holds. @throws SyntaxError when it can't be read */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean {
  return new MarkerReader(tokensOf(marker), environment).read();
}

function tokensOf(marker: string): Token[] {
  const tokens: Token[] = [];
  const text = marker.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`unreadable marker at column ${at + 1}`);
    const [, bracket, quoted, comparison, word, variable] = match;
    if (bracket !== undefined) tokens.push({ kind: 'bracket', text: bracket });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.slice(1, -1) });
    else if (comparison !== undefined) tokens.push({ kind: 'operator', text: comparison });
    else if (word === 'and' || word === 'or') tokens.push({ kind: 'word', text: word });
    else if (word !== undefined) tokens.push({ kind: 'operator', text: word.replace(/\s+/u, ' ') });
    else tokens.push({ kind: 'variable', text: variable ?? '' });
  }
  return tokens;
}

/** Recursive descent: or, and, comparison. Both sides are always read, so that nonsense is found. */
class MarkerReader {
  readonly #tokens: readonly Token[];
  readonly #environment: MarkerEnvironment;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], environment: MarkerEnvironment) {
    this.#tokens = tokens;
    this.#environment = environment;
  }

  read(): boolean {
    const holds = this.#either();
    if (this.#at < this.#tokens.length) throw new SyntaxError('something follows the marker');
    return holds;
  }

  #either(): boolean {
    let holds = this.#both();
    while (this.#takes('word', 'or')) {
      const next = this.#both();
      holds ||= next;
    }
    return holds;
  }

  #both(): boolean {
    let holds = this.#comparison();
    while (this.#takes('word', 'and')) {
      const next = this.#comparison();
      holds &&= next;
    }
    return holds;
  }

  #comparison(): boolean {
    if (this.#takes('bracket', '(')) {
      if (++this.#depth > MAX_DEPTH) throw new SyntaxError('the marker is nested too deeply');
      const holds = this.#either();
      if (!this.#takes('bracket', ')')) throw new SyntaxError('a bracket is not closed');
      this.#depth -= 1;
      return holds;
    }
    const left = this.#value();
    const operator = this.#next();
    if (operator?.kind !== 'operator') throw new SyntaxError('a comparison is missing');
    return compared(left, operator.text, this.#value());
  }

  #value(): string {
    const token = this.#next();
    if (token?.kind === 'text') return token.text;
    const value = token?.kind === 'variable' ? this.#environment.get(token.text) : undefined;
    if (value === undefined) throw new SyntaxError(`"${token?.text ?? ''}" is not a marker variable`);
    return value;
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #takes(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at += 1;
    return true;
  }
}

function compared(left: string, operator: string, right: string): boolean {
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '===':
      return left === right;
    default:
      return comparedInOrder(left, operator, right);
  }
}

function comparedInOrder(left: string, operator: string, right: string): boolean {
  // Versions are compared as versions, all else as text, as PEP 508 says.
  if (isVersion(left) && /^\d[\d.]*(?:\.\*)?$/u.test(right)) return isInRange(left, `${operator}${right}`);
  const order = left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      throw new SyntaxError(`"${operator}" compares versions only`);
  }
}
