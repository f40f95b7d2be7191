import { readPythonText } from './python-text.ts';

/** A statement begins at the start of a line, or after `;` or `:`. */
const IMPORT = /(?:^|[;:])[ \t]*import[ \t]+([^\n;]+)/gmu;
const FROM = /(?:^|[;:])[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]*(?:\(([^()]*)|([^\n;()]*))/gmu;

const MODULE = /^[^\W\d]\w*(?:\.[^\W\d]\w*)*$/u;
/** What the sandbox itself provides (src/utility/python/provided): no reason to have a package of that name. */
const PROVIDED = /^(?:micropip|IPython\.(?:display|get_ipython))(?:\.|$)|^IPython$/u;
const MAX_MODULES = 100;
const MAX_LENGTH = 200;

/**
 * The modules that code seems to import. Only a guess, made before any interpreter could read the code: what is
 * really imported is found out by Python.
 */
export const guessImports = (source: string): string[] => {
  const { code } = readPythonText(source);
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.size >= MAX_MODULES || name.length > MAX_LENGTH) return;
    if (MODULE.test(name) && !PROVIDED.test(name)) found.add(name);
  };
  const names = (list: string): string[] => list.split(',').map((part) => part.trim().split(/\s/u)[0] ?? '');
  for (const [, list = ''] of code.matchAll(IMPORT)) for (const name of names(list)) add(name);
  for (const [, module = '', inside, list = inside ?? ''] of code.matchAll(FROM)) {
    add(module);
    for (const name of names(list)) add(`${module}.${name}`);
  }
  return [...found];
};
