import type { Yielder } from '../../foreign-text/yielder.ts';
import type { PythonText } from './python-text.ts';

const IMPORT = /^import[ \t]+([^\n;:]+)/u;
const FROM = /^from[ \t]+([\w.]+)[ \t]+import[ \t]*(?:\(([^()]*)|([^\n;:()]*))/u;

const MODULE = /^[^\W\d]\w*(?:\.[^\W\d]\w*)*$/u;
/** What the sandbox itself provides (src/utility/python/imports/provided): no reason to have a package of that name. */
const PROVIDED =
  /^(?:host|micropip|nest_asyncio|IPython\.(?:display|get_ipython|(?:core|lib)\.display|core\.interactiveshell))(?:\.|$)|^IPython(?:\.core|\.lib)?$/u;
const MAX_MODULES = 100;
const MAX_LENGTH = 200;
/** Most statements that are read, and names in each: only code that is meant to be slow has more. */
const MAX_STATEMENTS = 10_000;
const MAX_NAMES = 1000;
/** Longest part of a statement that is read, in UTF-16 units. */
const MAX_STATEMENT = 20_000;
/** Text that is read before other work gets a turn, in UTF-16 units. */
const STRETCH_UNITS = 64 * 1024;

/**
 * The modules that code seems to import. A guess, made before an interpreter is there to parse the code; Python
 * determines the real imports.
 */
export const importsIn = async ({ code }: PythonText, yielder: Yielder): Promise<string[]> => {
  const found = new Set<string>();
  // Names in modules are counted apart: they must not keep later modules out.
  const left = { modules: MAX_MODULES, members: MAX_MODULES };
  const add = (name: string, kind: keyof typeof left = 'modules'): void => {
    if (left[kind] === 0 || name.length > MAX_LENGTH || found.has(name)) return;
    if (!MODULE.test(name) || PROVIDED.test(name)) return;
    found.add(name);
    left[kind] -= 1;
  };
  for await (const statement of importStatements(code, yielder)) {
    const [, list] = IMPORT.exec(statement) ?? [];
    if (list !== undefined) for (const name of names(list)) add(name);
    const [, module, inside, rest = inside ?? ''] = FROM.exec(statement) ?? [];
    if (module === undefined) continue;
    add(module);
    if (module.length <= MAX_LENGTH) for (const name of names(rest)) add(`${module}.${name}`, 'members');
  }
  return [...found];
};

/** Where statements begin that may import, each with as much of the code as one may have. */
async function* importStatements(code: string, yielder: Yielder): AsyncGenerator<string> {
  let left = MAX_STATEMENTS;
  let pauseAt = 0;
  for (let at = 0; at < code.length; at = nextStatement(code, at)) {
    while (isBlank(code.charCodeAt(at))) at += 1;
    if (at >= pauseAt) {
      pauseAt = at + STRETCH_UNITS;
      await yielder.pause();
    }
    if (!code.startsWith('import', at) && !code.startsWith('from', at)) continue;
    if (--left < 0) return;
    await yielder.pause();
    yield code.slice(at, at + MAX_STATEMENT);
  }
}

const NEWLINE = 0x0a;
const SEMICOLON = 0x3b;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;

const isBlank = (mark: number): boolean => mark === SPACE || mark === TAB;

/** A statement begins at the start of a line, or after `;` or `:`. */
const nextStatement = (code: string, from: number): number => {
  for (let at = from; at < code.length; at += 1) {
    const mark = code.charCodeAt(at);
    if (mark === NEWLINE || mark === SEMICOLON || mark === COLON) return at + 1;
  }
  return code.length;
};

const names = (list: string): string[] =>
  list.split(',', MAX_NAMES).map((part) => part.trim().split(/\s/u, 1)[0] ?? '');
