/** The built command line as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { RunResult } from '../../src/shared/contract/run.ts';
import { PROJECT_ROOT } from './electron-sandbox.ts';
import { eventually } from './eventually.ts';
import { processesMarked } from './processes.ts';

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** See data-folder.ts. */
  readonly data: string;
  /** What the command is started with, such as `unshare -n`. */
  readonly through?: readonly string[];
  /** On top of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export const vivarium = async (
  argv: readonly string[],
  { data, through = [], env = {} }: CommandOptions,
): Promise<CommandOutcome> => {
  const [program = '', ...args] = [
    ...through,
    process.execPath,
    path.join(PROJECT_ROOT, 'out/main/cli.js'),
    ...argv,
  ];
  const child = spawn(program, args, {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...env, VIVARIUM_DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close').then(([exitCode]) => exitCode as number | null),
  ]);
  return { code, stdout, stderr };
};

/** Waits until all that a command has left behind is done, such as a snapshot that is made after a run. */
export const untilAlone = (data: string): Promise<void> =>
  eventually(() => expect(processesMarked(`VIVARIUM_DATA_DIR=${data}`)).toEqual([]), { withinMs: 150_000 });

/** The result of a run with `--json`. */
export const runJson = async (argv: readonly string[], options: CommandOptions): Promise<RunResult> => {
  const { stdout, stderr } = await vivarium(['run', '--json', ...argv], options);
  try {
    return RunResult.parse(JSON.parse(stdout));
  } catch (error) {
    throw new Error(`no result: ${stdout.slice(0, 500)} ${stderr.slice(-1000)}`, { cause: error });
  }
};
