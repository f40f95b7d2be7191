import { z } from 'zod';
import { SessionName, type EndedSession } from '../../shared/contract/run.ts';
import type { Sandbox as InnerSandbox } from '../sandbox/sandbox.ts';
import type {
  InputFile,
  RunResult,
  SandboxRunOptions,
  Session,
  SessionFiles,
  SessionRunOptions,
} from './api/api.ts';
import { VivariumError } from './errors.ts';
import type { OfferedFunctions } from './offered-functions.ts';
import { withLibraryErrors } from './library-error.ts';
import { parseOption } from './options.ts';
import { checkRunOptions, checkSessionOptions } from './run-options.ts';

export class NamedSession implements Session {
  readonly name: string;
  readonly files: SessionFiles = {
    list: () => this.#open(async () => (await this.#sandbox.listFiles(this.name)) ?? []),
    read: (name) =>
      this.#open(() => this.#sandbox.readFile(this.name, parseOption(z.string(), name, 'name'))),
    write: (files) => this.#open(() => this.#write(files)),
  };
  readonly #sandbox: InnerSandbox;
  readonly #timeoutMs: number;
  readonly #functions: OfferedFunctions;
  readonly #onClosed: () => void;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  /** @throws VivariumError `invalid-option` for a name that is none */
  constructor(
    sandbox: InnerSandbox,
    name: string,
    timeoutMs: number,
    functions: OfferedFunctions,
    onClosed: () => void,
  ) {
    this.name = parseOption(SessionName, name, 'name');
    this.#sandbox = sandbox;
    this.#timeoutMs = timeoutMs;
    this.#functions = functions;
    this.#onClosed = onClosed;
  }

  run(code: string, options: SessionRunOptions = {}): Promise<RunResult> {
    return this.#open(() => {
      checkSessionOptions(options);
      return this.#run(code, options);
    });
  }

  interrupt(): void {
    for (const run of this.#running) run.abort();
  }

  async reset(options: SandboxRunOptions = {}): Promise<boolean> {
    return (await this.#open(() => this.#end(options))).had;
  }

  async close(options: SandboxRunOptions = {}): Promise<RunResult | null> {
    checkRunOptions(options);
    if (this.#isClosed) return null;
    this.#isClosed = true;
    this.interrupt();
    this.#onClosed();
    return (await withLibraryErrors(() => this.#end(options))).end;
  }

  async #end(options: SandboxRunOptions): Promise<EndedSession> {
    checkRunOptions(options);
    return this.#sandbox.endSession(this.name, this.#functions.optionsOf(options));
  }

  async #run(
    code: string,
    { files, packages, timeoutMs, ...options }: SessionRunOptions,
  ): Promise<RunResult> {
    const stop = new AbortController();
    const { signal } = options;
    const abort = (): void => stop.abort();
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) stop.abort();
    this.#running.add(stop);
    try {
      return await this.#sandbox.run(
        {
          code,
          session: this.name,
          timeoutMs: timeoutMs ?? this.#timeoutMs,
          ...(files === undefined ? {} : { files: [...files] }),
          ...(packages === undefined ? {} : { packages: [...packages] }),
        },
        { ...this.#functions.optionsOf(options), signal: stop.signal },
      );
    } finally {
      this.#running.delete(stop);
      signal?.removeEventListener('abort', abort);
    }
  }

  async #write(files: readonly InputFile[]): Promise<void> {
    parseOption(z.array(z.unknown()), files, 'files');
    // Runs empty code: files are written by runs, in turn with the session's other runs.
    const { error, status } = await this.#run('', { files });
    if (status === 'ok') return;
    throw new VivariumError(
      'file-unavailable',
      `the files were not written (${status}): ${error?.message ?? 'the sandbox did not say why'}`,
    );
  }

  #open<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) {
      const message = `the session "${this.name}" was closed; take another by session()`;
      return Promise.reject(new VivariumError('session-closed', message));
    }
    return withLibraryErrors(work);
  }
}
