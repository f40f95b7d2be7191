/** Ends a process and everything it has started. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/** Variable that marks everything a process has started, so that it can be found again. */
export const TREE_MARKER = 'VIVARIUM_RUN';

/** One that is being ended may start another meanwhile. */
const SWEEPS = 5;
const TASKKILL_LIMIT_MS = 5000;

/** Sends a signal; that a process has ended already is no error. */
export const signalQuietly = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
};

/**
 * Kills the process `pid`, which leads a process group on POSIX, and its descendants. Never rejects.
 *
 * On Linux, descendants that left the group (with `setsid`) are found by `marker` in their environment, unless they
 * replaced it. On macOS they escape. On Windows `taskkill` follows parent process ids.
 *
 * @param marker value of `TREE_MARKER` in the environment that `pid` was started with
 */
export const killTree = async (pid: number, marker: string): Promise<void> => {
  if (process.platform === 'win32') {
    await new Promise<void>((resolve) => {
      const args = ['/pid', String(pid), '/T', '/F'];
      execFile('taskkill', args, { timeout: TASKKILL_LIMIT_MS, windowsHide: true }, () => resolve());
    });
    return;
  }
  signalQuietly(-pid, 'SIGKILL');
  if (process.platform !== 'linux') return;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const strays = await marked(marker);
    if (strays.length === 0) return;
    for (const stray of strays) signalQuietly(stray, 'SIGKILL');
  }
};

const marked = async (marker: string): Promise<number[]> => {
  const needle = `${TREE_MARKER}=${marker}`;
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/u.test(name) && name !== String(process.pid))
      .map(async (name) => {
        // Empty for a process that has ended; other users' can't be read.
        const environment = await readFile(path.join('/proc', name, 'environ'), 'latin1').catch(() => '');
        return environment.split('\0').includes(needle) ? [Number(name)] : [];
      }),
  );
  return found.flat();
};
