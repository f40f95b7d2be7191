import { readPythonText, type PythonText } from './python-text.ts';

/** A statement begins at the start of a line, or after `;` or `:`. */
const IMPORT = /(?:^|[;:])[ \t]*import[ \t]+([^\n;]+)/gmu;
const FROM = /(?:^|[;:])[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*(?:\(([^()]*)|([^\n;()]*))/gmu;

const MODULE = /^[^\W\d]\w*(?:\.[^\W\d]\w*)*$/u;
/** What the sandbox itself provides (src/utility/python/provided): no reason to have a package of that name. */
const PROVIDED = /^(?:micropip|IPython\.(?:display|get_ipython))(?:\.|$)|^IPython$/u;
const MAX_MODULES = 100;
const MAX_LENGTH = 200;
/** Statements of each kind that are looked at, and names in one: code with more of them is made to take time. */
const MAX_STATEMENTS = 5000;
const MAX_NAMES = 1000;
/** Of a statement, in UTF-16 units. */
const MAX_LIST = 20_000;

/**
 * The modules that code seems to import. Only a guess, made before any interpreter could read the code: what is
 * really imported is found out by Python.
 */
export const guessImports = (source: string): string[] => importsIn(readPythonText(source));

/** The same for code that has been read. */
export const importsIn = ({ code }: PythonText): string[] => {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.size >= MAX_MODULES || name.length > MAX_LENGTH) return;
    if (MODULE.test(name) && !PROVIDED.test(name)) found.add(name);
  };
  for (const [, list = ''] of firstOf(code.matchAll(IMPORT))) for (const name of names(list)) add(name);
  for (const [, module = '', inside, list = inside ?? ''] of firstOf(code.matchAll(FROM))) {
    add(module);
    if (module.length > MAX_LENGTH) continue;
    for (const name of names(list)) add(`${module}.${name}`);
  }
  return [...found];
};

function* firstOf<T>(matches: Iterable<T>): Generator<T> {
  let left = MAX_STATEMENTS;
  for (const match of matches) {
    if (--left < 0) return;
    yield match;
  }
}

const names = (list: string): string[] =>
  list
    .slice(0, MAX_LIST)
    .split(',', MAX_NAMES)
    .map((part) => part.trim().split(/\s/u, 1)[0] ?? '');
