import type { OutputFile } from '../../../shared/contract/run.ts';
import type { IdleSessionCalls } from './idle-session-calls.ts';
import { WorkspaceFileError, type FileCollector } from './file-collector.ts';

/** The files below /workspace of sessions, between their runs. */
export class SessionFiles {
  readonly #files: FileCollector;
  readonly #idleSessionCalls: IdleSessionCalls;

  constructor(files: FileCollector, idleSessionCalls: IdleSessionCalls) {
    this.#files = files;
    this.#idleSessionCalls = idleSessionCalls;
  }

  /**
   * At most 1000; null when the session has no interpreter.
   *
   * @throws WorkspaceFileError when they can't be listed
   */
  list(session: string): Promise<OutputFile[] | null> {
    const { signal } = this.#idleSessionCalls;
    return this.#idleSessionCalls.do(session, (interpreter) => this.#files.list(interpreter, signal));
  }

  /**
   * @param name relative to /workspace
   * @throws WorkspaceFileError when the file, or the session, is not there or the file is too large
   */
  async read(session: string, name: string): Promise<Uint8Array> {
    const { signal } = this.#idleSessionCalls;
    const bytes = await this.#idleSessionCalls.do(session, (interpreter) =>
      this.#files.read(interpreter, name, signal),
    );
    if (bytes === null) throw new WorkspaceFileError('the session has no files');
    return bytes;
  }

  /**
   * @param name relative to /workspace
   * @returns false when the session has no interpreter, and so no files
   * @throws WorkspaceFileError when it can't be removed
   */
  async remove(session: string, name: string): Promise<boolean> {
    const { signal } = this.#idleSessionCalls;
    const removed = await this.#idleSessionCalls.do(session, async (interpreter) => {
      await this.#files.remove(interpreter, name, signal);
      return true;
    });
    return removed ?? false;
  }
}
