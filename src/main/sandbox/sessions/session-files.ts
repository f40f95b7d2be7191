import type { OutputFile } from '../../../shared/contract/sandbox.ts';
import { WorkspaceFileError, type FileCollector } from './file-collector.ts';
import type { SessionRegistry, OpenInterpreter } from './session-registry.ts';
import type { RunQueue } from '../../run/run-queue.ts';
import type { Supervisor } from '../process/supervisor.ts';

export interface SessionFilesParts {
  readonly files: FileCollector;
  readonly interpreters: SessionRegistry;
  readonly queue: RunQueue;
  readonly supervisor: Supervisor;
  /** Aborted when nobody is to be waited for any more. */
  readonly signal: AbortSignal;
}

/** The files below /workspace of sessions, between their runs. */
export class SessionFiles {
  readonly #parts: SessionFilesParts;

  constructor(parts: SessionFilesParts) {
    this.#parts = parts;
  }

  /**
   * At most 1000; null when the session has no interpreter.
   *
   * @throws WorkspaceFileError when they can't be listed
   */
  list(session: string): Promise<OutputFile[] | null> {
    const { files, signal } = this.#parts;
    return this.#inSession(session, (interpreter) => files.list(interpreter, signal));
  }

  /**
   * @param name relative to /workspace
   * @throws WorkspaceFileError when the file, or the session, is not there or the file is too large
   */
  async read(session: string, name: string): Promise<Uint8Array> {
    const { files, signal } = this.#parts;
    const bytes = await this.#inSession(session, (interpreter) => files.read(interpreter, name, signal));
    if (bytes === null) throw new WorkspaceFileError('the session has no files');
    return bytes;
  }

  #inSession<T>(session: string, work: (interpreter: OpenInterpreter) => Promise<T>): Promise<T | null> {
    const { interpreters, queue, signal, supervisor } = this.#parts;
    return queue.add<T | null>(session, signal, async () => {
      const interpreter = interpreters.find(session);
      if (interpreter === undefined) return null;
      supervisor.use();
      interpreters.use(session);
      try {
        return await work(interpreter);
      } finally {
        supervisor.release();
        interpreters.rest(session);
      }
    });
  }
}
