/** Starts the user's Python for a run or a session. */
import { randomUUID } from 'node:crypto';
import { LIMITS } from '../../shared/limits.ts';
import { runEnvironment } from './environment.ts';
import { NativeProcess, type NativeProcessOptions } from './native-process.ts';
import type { RunFolder } from './run-folder.ts';

/** What `Outputs.show_with` in outputs.py keeps to. */
const DISPLAY_LIMITS = [
  LIMITS.displayBytes,
  LIMITS.totalDisplayBytes,
  LIMITS.displayCount,
  LIMITS.displayMimeTypes,
];

/** See native_run.py. */
export type NativeOption = 'program' | 'session' | 'input';

export interface StartOptions extends Pick<
  NativeProcessOptions,
  'clock' | 'interruptBy' | 'onMisbehaviour' | 'onOutput' | 'onReport' | 'program'
> {
  readonly folder: RunFolder;
  /** Where the variables that native code may see are taken from. */
  readonly environment: NodeJS.ProcessEnv;
  readonly options: readonly NativeOption[];
  /** Of a program's texts, in characters. */
  readonly textLimit: number;
}

export const startPython = ({
  environment,
  folder,
  options,
  textLimit,
  ...parts
}: StartOptions): NativeProcess => {
  const marker = randomUUID();
  const told = parts.interruptBy === 'order' ? [...options, 'orders'] : options;
  return new NativeProcess({
    ...parts,
    args: ['-u', folder.runner, folder.path, told.join(','), ...[textLimit, ...DISPLAY_LIMITS].map(String)],
    cwd: folder.workspace,
    environment: runEnvironment(environment, marker),
    marker,
  });
};
