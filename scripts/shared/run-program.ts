import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

export type RunProgram = (
  command: string,
  args: readonly string[],
  options?: ProgramOptions,
) => Promise<ProgramResult>;

// The end of a long log holds the reason of a failure; a chatty program must not fill our memory.
const KEPT_CHARACTERS = 200_000;

/** Runs a program without a terminal and collects what it says. Rejects when it cannot be started. */
export const runProgram: RunProgram = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_CHARACTERS);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });

/** The last lines of what a failed program said, for an error message. */
export function lastWords(result: ProgramResult): string {
  return spokenLines(`${result.stdout}\n${result.stderr}`).slice(-8).join('\n');
}

/** The first ones, for programs that name the cause first and then go into detail. */
export function firstWords(text: string): string {
  return spokenLines(text).slice(0, 8).join('\n');
}

function spokenLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
