import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { LockOptions as LibraryOptions } from 'proper-lockfile';
import type { Log } from './log.ts';
import { errorCode, SetupError } from './setup-error.ts';

export interface LockOptions {
  lockPath: string;
  /** What the holder does, for the line a waiting process prints. */
  purpose: string;
  log: Log;
  /** A holder that was killed is taken over after this time without a sign of life. */
  staleMs?: number;
}

const STALE_MS = 15_000;
const SAY_WAITING_EVERY_MS = 30_000;

/** Runs the action while no other process runs one under the same lock. */
export async function withLock<T>(options: LockOptions, action: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(options.lockPath), { recursive: true });
  let lost: Error | undefined;
  const release = await acquire(options, (error) => {
    lost = error;
  });
  try {
    const result = await action();
    if (lost !== undefined) {
      throw new SetupError(
        `the lock for ${options.purpose} was taken over by another process (${lost.message}). ` +
          'That happens when this process was stopped for a while: run it again.',
      );
    }
    return result;
  } finally {
    // A lock that was lost is no longer ours to release.
    if (lost === undefined) await release();
  }
}

async function acquire(options: LockOptions, onCompromised: (error: Error) => void) {
  // Loaded when needed: it listens to signals from then on, and a start with nothing to prepare needs no lock.
  const { default: lockfile } = await import('proper-lockfile');
  const attempt = (retries: LibraryOptions['retries']) =>
    lockfile.lock(options.lockPath, {
      lockfilePath: options.lockPath,
      realpath: false,
      stale: options.staleMs ?? STALE_MS,
      retries: retries ?? 0,
      onCompromised,
    });
  try {
    return await attempt(0);
  } catch (error) {
    if (errorCode(error) !== 'ELOCKED') throw error;
  }
  options.log(`waiting for another process that is ${options.purpose} …`);
  const reminder = setInterval(() => {
    options.log(`still waiting for the process that is ${options.purpose} …`);
  }, SAY_WAITING_EVERY_MS);
  try {
    return await attempt({ forever: true, minTimeout: 100, maxTimeout: 1_000 });
  } finally {
    clearInterval(reminder);
  }
}
