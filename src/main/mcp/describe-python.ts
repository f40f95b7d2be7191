/** What the client's model is told of the tool that runs Python. */
import type { PreparedFunction } from '../functions/function-set.ts';
import { stubText } from '../functions/python-stubs.ts';
import { oneLine } from '../foreign-text/printable.ts';
import type { McpServerParts } from './mcp-server.ts';

/** Of stubs, and of names of functions without them, in UTF-16 units: the model reads them in each conversation. */
const STUBS_LENGTH = 16_000;
const NAMES_LENGTH = 4000;

/** Functions of other servers. */
export interface CallableFunctions {
  /** Those that the model is told of. */
  readonly usable: readonly PreparedFunction[];
  /** Names of the servers that are not there. */
  readonly missing: readonly string[];
}

export const describePython = (parts: McpServerParts): string => {
  const { functions, folders, memoryMiB, timeoutSeconds } = parts;
  const about = [
    'Runs Python 3.14 in a sandbox (WebAssembly): code that may fail, loop or be wrong does no harm.',
    'Shows what is printed and the value of the last expression; plots of Matplotlib come as pictures.',
    'Variables and files in /workspace stay in the session whose handle the answer names; pass it on to use them.',
    'Packages such as numpy, pandas, matplotlib, scipy, scikit-learn, sympy and openpyxl are installed when imported.',
    `The code may take ${timeoutSeconds} s unless timeout_seconds says otherwise, and ${memoryMiB} MiB of memory.`,
    "input() asks the user, where the client can do that. There is no network and no access to the user's files; " +
      `/workspace${functions === undefined ? '' : ' and the functions below'} is all there is.`,
    `Folders of the user's computer that files may come from by "path": ${folders.description}.`,
  ].join(' ');
  return functions === undefined ? about : [about, ...describeFunctions(functions)].join('\n\n');
};

const describeFunctions = ({ missing, usable }: CallableFunctions): string[] => {
  const { others, stubs } = withinLength(usable);
  return [
    'The code can call tools of other servers as functions: call them in loops, and print only what is needed of what ' +
      'they give. Some are asked for first; host.CallDeniedError says that one was denied. What follows is described ' +
      'by those servers themselves.',
    ...(missing.length === 0 ? [] : [`Not there: ${missing.map(oneLine).join(', ')}.`]),
    ...(stubs === '' ? [] : [stubs]),
    ...(others.length === 0 ? [] : [`Also there, see help() of each: ${others}`]),
  ];
};

/** Stubs of as many functions as fit, and names of the others. */
const withinLength = (
  functions: readonly PreparedFunction[],
): { readonly stubs: string; readonly others: string } => {
  let shown = 0;
  // The text of more functions is never the shorter one.
  for (let step = 2 ** Math.ceil(Math.log2(functions.length + 1)); step >= 1; step /= 2) {
    const count = shown + step;
    const fits = count <= functions.length && stubText(functions.slice(0, count)).length <= STUBS_LENGTH;
    if (fits) shown = count;
  }
  const names = functions
    .slice(shown)
    .map(({ name }) => name)
    .join(', ');
  return {
    stubs: stubText(functions.slice(0, shown)),
    others:
      names.length <= NAMES_LENGTH ? names : `${names.slice(0, names.lastIndexOf(',', NAMES_LENGTH))}, …`,
  };
};
