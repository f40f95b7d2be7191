import path from 'node:path';
import process from 'node:process';
import { onPath } from '../../native/interpreter-check.ts';
import { nativeRunner } from '../../native/native-runner.ts';
import { systemClock } from '../../base/clock.ts';
import type { Runner } from '../../run/runner.ts';
import type { NativeOptions } from '../dependencies.ts';

const NAMES = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];

/** What a person gets who says no more than that it shall be their own Python. */
const usualPython = async (): Promise<string> => {
  const found = await Promise.all(NAMES.map((name) => onPath(name, process.env)));
  return found.flat()[0] ?? NAMES[0] ?? 'python3';
};

/** Runs in the user's own Python, in child processes of this one: no Electron, no sandbox. */
export const openNativePython = async ({ python, cwd, outputKiB }: NativeOptions): Promise<Runner> => {
  const isPath = python !== undefined && /[/\\]/u.test(python) && !/^~[/\\]/u.test(python);
  const binpath = isPath ? path.resolve(cwd, python) : (python ?? (await usualPython()));
  return nativeRunner({ binpath: () => binpath, clock: systemClock, outputKiB: () => outputKiB });
};
