/** Looks at the processes of this computer through /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import type { TestContext } from 'vitest';
import { needSystem } from './not-run.ts';
import { eventually } from './eventually.ts';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Process id of the session's leader. */
  readonly session: number;
  readonly commandLine: string;
}

const GONE_MS = 20_000;

export const canSeeProcesses = process.platform === 'linux';

export const needProcesses = (context: TestContext): void => {
  needSystem(context, canSeeProcesses, 'there is no /proc to look for processes in');
};

const readOf = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** A zombie process counts as ended. */
const infoOf = (pid: number): ProcessInfo | null => {
  const stat = readOf(pid, 'stat');
  // The name is in brackets and may hold anything; the fields come after the last one.
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return null;
  return {
    pid,
    parent: Number(parent),
    session: Number(session),
    commandLine: readOf(pid, 'cmdline').replaceAll('\0', ' ').trim(),
  };
};

export const allProcesses = (): ProcessInfo[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map((name) => infoOf(Number(name)))
    .filter((info) => info !== null);

/** What a detached process started, whatever its parent is by now, itself included. */
export const processesOfSession = (session: number): ProcessInfo[] =>
  allProcesses().filter((info) => info.session === session);

export const childrenOf = (pid: number): ProcessInfo[] =>
  allProcesses().filter((info) => info.parent === pid);

/** Processes whose command line or environment, as it was at their start, holds the text. */
export const processesMarked = (marker: string): ProcessInfo[] =>
  allProcesses().filter(
    ({ pid, commandLine }) =>
      pid !== process.pid && (commandLine.includes(marker) || readOf(pid, 'environ').includes(marker)),
  );

/** Waits until none is left; what is left after the deadline is in the error. */
export const untilNone = async (find: () => readonly ProcessInfo[]): Promise<void> => {
  await eventually(
    () => {
      const left = find();
      if (left.length > 0) throw new Error(`still there: ${JSON.stringify(left)}`);
    },
    { withinMs: GONE_MS },
  );
};

export const untilGone = (pid: number): Promise<void> =>
  untilNone(() => {
    const info = infoOf(pid);
    return info === null ? [] : [info];
  });
