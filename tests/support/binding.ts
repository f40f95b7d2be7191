import process from 'node:process';
import type { TestContext } from 'vitest';
import { bindingFile } from '../../src/main/runtime/runtime-locations.ts';
import { OUT_FOLDER } from './node-sandbox.ts';
import { needSystem, notRunHere } from './not-run.ts';

/** Those that Vivarium has a lock-down for. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

/** File of the lock-down's native binding; ends a test where there is no lock-down. */
export const needBinding = (context: TestContext): string => {
  needSystem(context, process.platform === 'linux', 'only Linux has a lock-down');
  if (!ARCHITECTURES.includes(process.arch)) notRunHere(context, 'other-architecture', process.arch);
  return bindingFile(OUT_FOLDER) ?? notRunHere(context, 'no-binding');
};
