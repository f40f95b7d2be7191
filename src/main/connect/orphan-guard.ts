import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { signalQuietly, TREE_MARKER } from '../base/process-tree.ts';

/**
 * The end of its input tells that this process is gone, however it ended. The server has seen the end of its own input
 * by then, and gets a second to end by itself. `/proc`, on Linux, shows what left the process group.
 */
const SCRIPT = `
while read -r line; do :; done
sleep 1
kill -s KILL -- "-$1"
for file in $(grep -ls -- "$2" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -s KILL "\${pid%/environ}"
done
`;

/**
 * Ends a process tree once this process was killed. A shell of its own on POSIX, absent on Windows, where a server sees
 * the end of its input only.
 */
export class OrphanGuard {
  readonly #shell: ChildProcess | null = null;

  /**
   * @param pid leader of the process group
   * @param marker value of `TREE_MARKER` in the environment of all of the tree
   */
  constructor(pid: number, marker: string) {
    if (process.platform === 'win32') return;
    const args = ['-c', SCRIPT, 'vivarium-guard', String(pid), `${TREE_MARKER}=${marker}`];
    const { PATH } = process.env;
    this.#shell = spawn('/bin/sh', args, {
      env: { ...(PATH === undefined ? {} : { PATH }) },
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C at the terminal is meant for this process.
      detached: true,
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
  }

  /** The tree has ended. */
  dismiss(): void {
    if (this.#shell?.pid !== undefined && this.#shell.exitCode === null) {
      signalQuietly(this.#shell.pid, 'SIGKILL');
    }
  }
}
