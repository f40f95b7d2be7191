/** The Pythons of this computer, for tests of the native runtime. */
import type { TestContext } from 'vitest';
import { findInterpreters, type FoundInterpreter } from '../../src/main/native/find-interpreters.ts';
import { notRunHere } from './not-run.ts';

const searching = findInterpreters();

/** Those that can be used, newest first; ends the test where there is none. */
export const nativePythons = async (context: TestContext): Promise<FoundInterpreter[]> => {
  const usable = (await searching).filter(({ problem }) => problem === undefined);
  return usable.length === 0 ? notRunHere(context, 'no-python') : usable;
};

/** One of them; ends the test where there is none. */
export const nativePython = async (context: TestContext): Promise<string> => {
  const [first] = await nativePythons(context);
  return first === undefined ? notRunHere(context, 'no-python') : first.path;
};
