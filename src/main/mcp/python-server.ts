/** What the tools do: sessions of one client, and its runs. Nothing of the protocol in here. */
import { randomBytes } from 'node:crypto';
import {
  WorkspaceFileName,
  type EndedSession,
  type OutputFile,
  type RunResult,
} from '../../shared/contract/run.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { CallLimits } from '../functions/call-request-handler.ts';
import type { FunctionSet } from '../functions/function-set.ts';
import { raceStop } from '../base/stop-signal.ts';
import { UNKNOWN_TYPE } from '../run/reported-files.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import { readInputFiles } from './input-files.ts';
import { LinkedOutputs } from './linked-outputs.ts';
import { LiveRunner } from './live-runner.ts';
import { typeOfBytes } from './model-picture.ts';
import { runAnswer, underWay, type KeptOutput, type RunAnswer } from './run-answer.ts';
import { permissionToCall } from './call-permission.ts';
import type { Question, UserReply } from './input-questions.ts';
import { RunUnderWay, type RunOrder } from './run-under-way.ts';
import type { SessionRunner } from './session-runner.ts';
import { ToolError } from './tool-error.ts';
import type { InputFileArgument } from './tool-schemas.ts';

/** Clients mostly give up after 60 s without an answer. */
const PATIENCE_MS = 45_000;
/** Handles given out, the one used last at the end: far more than there are sessions at once. */
const MAX_HANDLES = 1000;

/** How a call is followed. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Tells the client how far it is. */
  readonly progress: (message: string) => void;
  /** Whether the client can ask its user. */
  readonly canAsk: boolean;
}

/** What a call that runs code comes to. */
export type RunStep =
  | { readonly kind: 'answer'; readonly answer: RunAnswer }
  | { readonly kind: 'question'; readonly session: string; readonly question: Question };

export interface PythonServerOptions {
  readonly open: () => Promise<SessionRunner>;
  readonly folders: AllowedFolders;
  readonly clock: Clock;
  /** What code may call; calls that are to be asked for are the user's to allow. */
  readonly functions?: { readonly set: FunctionSet; readonly limits: CallLimits } | undefined;
  readonly patienceMs?: number;
}

export class PythonServer {
  readonly #options: PythonServerOptions;
  readonly #runner: LiveRunner;
  readonly #handles = new Set<string>();
  /** Runs whose results were not fetched yet, by session. */
  readonly #underWay = new Map<string, RunUnderWay>();
  readonly #linked = new LinkedOutputs();

  constructor(options: PythonServerOptions) {
    this.#options = options;
    this.#runner = new LiveRunner(options.open);
  }

  /** @throws ToolError */
  async run(order: RunOrder, context: CallContext): Promise<RunStep> {
    const session = this.#sessionOf(order.session);
    const earlier = this.#underWay.get(session);
    const isSame = earlier?.isOf(order) === true;
    // A result that is never fetched does not block the session.
    if (earlier !== undefined && !isSame && !earlier.isSettled) {
      throw new ToolError(
        'session-busy',
        'another script of this session is under way, or this one with other files, packages or time limit; call ' +
          'again with all that it was given for its result, or cancel it with reset_session',
      );
    }
    return this.#follow(session, isSame ? earlier : this.#start(session, order), context);
  }

  /**
   * Goes on with a run that waits for what its user says.
   *
   * @throws ToolError
   */
  async goOn(handle: string, question: number, reply: UserReply, context: CallContext): Promise<RunStep> {
    const session = this.#known(handle);
    const run = this.#underWay.get(session);
    if (run?.answer(question, reply) !== true)
      throw new ToolError(
        'invalid-argument',
        'nothing waits for that answer of the user any more; run the script again',
      );
    return this.#follow(session, run, context);
  }

  /** @throws ToolError */
  async reset(handle: string, context: CallContext): Promise<EndedSession> {
    const session = this.#known(handle);
    const run = this.#underWay.get(session);
    if (run !== undefined) {
      run.stop.abort();
      this.#forget(session, run);
    }
    return this.#inTurn(session, context, (runner) => runner.endSession(session));
  }

  /** Null when the session has no state. @throws ToolError */
  async files(handle: string, context: CallContext): Promise<OutputFile[] | null> {
    const session = this.#known(handle);
    return this.#inTurn(session, context, (runner) => runner.listFiles(session));
  }

  /** @throws ToolError */
  async read(handle: string, name: string, context: CallContext): Promise<Uint8Array> {
    return this.#reading(handle, name, context, (runner, session, parsed) =>
      runner.readFile(session, parsed),
    );
  }

  /** A file and its type, by its name and its bytes. @throws ToolError */
  async readTyped(
    handle: string,
    name: string,
    context: CallContext,
  ): Promise<{ readonly bytes: Uint8Array; readonly mime: string }> {
    return this.#reading(handle, name, context, async (runner, session, parsed) => {
      // One right behind the other, so that no run comes between; without the list there are the bytes still.
      const listing = runner.listFiles(session).catch(() => null);
      const bytes = await runner.readFile(session, parsed);
      const found = (await listing)?.find((file) => file.name === parsed)?.mime ?? UNKNOWN_TYPE;
      return { bytes, mime: typeOfBytes(found, bytes) };
    });
  }

  /** Writes a file of the session onto the user's computer. @throws ToolError */
  async save(handle: string, name: string, file: string, context: CallContext): Promise<number> {
    const bytes = await this.read(handle, name, context);
    await this.#options.folders.write(file, bytes);
    return bytes.byteLength;
  }

  /** @throws ToolError */
  async write(
    handle: string | undefined,
    file: InputFileArgument,
    context: CallContext,
  ): Promise<{ session: string; size: number }> {
    const session = this.#sessionOf(handle);
    const files = await readInputFiles([file], this.#options.folders);
    return this.#inTurn(session, context, async (runner, signal) => {
      // Files come with runs: this one runs nothing.
      const { error, status } = await runner.run({ code: '', session, files }, { signal });
      if (status !== 'ok')
        throw new ToolError(
          'file-not-written',
          `the file was not written (${status}): ${error?.message ?? 'unknown reason'}`,
        );
      return { session, size: files[0]?.bytes.byteLength ?? 0 };
    });
  }

  /** An output that an answer has linked to; undefined when it is gone. */
  output(address: string): KeptOutput | undefined {
    return this.#linked.at(address);
  }

  async dispose(): Promise<void> {
    for (const { stop } of this.#underWay.values()) stop.abort();
    await this.#runner.dispose();
  }

  #start(session: string, order: RunOrder): RunUnderWay {
    const { functions } = this.#options;
    const run = new RunUnderWay(order, (started) =>
      this.#execute(session, order, {
        ...started.listeners,
        signal: started.stop.signal,
        adviceWording: 'program',
        onInput: async (prompt, over, secret) => {
          // The protocol forbids to ask for secrets that way.
          if (!started.canAsk || secret) return null;
          const reply = await started.ask({ kind: 'line', prompt }, over);
          return reply?.kind === 'line' ? reply.line : null;
        },
        functions: functions && { ...functions, confirm: permissionToCall(started) },
      }),
    );
    this.#underWay.set(session, run);
    return run;
  }

  async #execute(
    session: string,
    { files, packages, script, timeoutMs }: RunOrder,
    options: RunOptions,
  ): Promise<RunResult> {
    const bytes = await readInputFiles(files, this.#options.folders);
    const runner = await this.#runner.get();
    try {
      return await runner.run(
        { code: script, session, timeoutMs, files: bytes, packages: [...packages] },
        options,
      );
    } catch (error) {
      // Refused before anything of it was done: the program that runs Python is there, and so is the session.
      const isRefused = RpcError.is(error) && error.code === 'invalid-params';
      throw isRefused
        ? new ToolError('invalid-argument', reasonOf(error))
        : new ToolError('session-lost', `${LOST} (${reasonOf(error)})`);
    }
  }

  /**
   * Does what takes its turn with the runs of a session; what can't be answered within the client's patience is given up.
   * @throws ToolError
   */
  async #inTurn<T>(
    session: string,
    { signal }: CallContext,
    work: (runner: SessionRunner, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, patienceMs = PATIENCE_MS } = this.#options;
    const stop = new AbortController();
    const working = this.#runner.get().then((runner) => work(runner, stop.signal));
    const raced = await raceStop(working, clock, patienceMs, signal);
    switch (raced.stopped) {
      case null:
        return raced.value;
      case 'deadline': {
        stop.abort();
        const step = this.#underWay.get(session)?.step ?? 'starting Python';
        throw new ToolError(
          'session-busy',
          `this waits for a script of the session (${step}); get its result first, or stop it with reset_session`,
        );
      }
      case 'cancelled':
        stop.abort();
        throw new ToolError('cancelled', 'the call was cancelled');
    }
  }

  async #reading<T>(
    handle: string,
    name: string,
    context: CallContext,
    read: (runner: SessionRunner, session: string, name: string) => Promise<T>,
  ): Promise<T> {
    const session = this.#known(handle);
    const parsed = WorkspaceFileName.safeParse(name);
    if (!parsed.success)
      throw new ToolError('invalid-argument', 'that is no name of a file in /workspace; see list_files');
    return this.#inTurn(session, context, async (runner) => {
      try {
        return await read(runner, session, parsed.data);
      } catch (error) {
        throw new ToolError('file-unavailable', `the file can't be had: ${reasonOf(error)}; see list_files`);
      }
    });
  }

  async #follow(session: string, run: RunUnderWay, context: CallContext): Promise<RunStep> {
    const { clock, patienceMs = PATIENCE_MS } = this.#options;
    run.canAsk = context.canAsk;
    run.follow(context.progress);
    const next = Promise.race([run.result, run.questions.next()]);
    const raced = await raceStop(next, clock, patienceMs, context.signal).catch((error: unknown) => {
      this.#forget(session, run);
      throw error;
    });
    run.unfollow();
    switch (raced.stopped) {
      case null:
        return 'asked' in raced.value
          ? { kind: 'question', session, question: raced.value }
          : { kind: 'answer', answer: this.#answer(session, run, raced.value) };
      case 'deadline':
        return { kind: 'answer', answer: underWay(session, run.step) };
      case 'cancelled':
        run.stop.abort();
        this.#forget(session, run);
        throw new ToolError('cancelled', 'the call was cancelled');
    }
  }

  #answer(session: string, run: RunUnderWay, result: RunResult): RunAnswer {
    this.#forget(session, run);
    return runAnswer(session, result, {
      file: (name) => `vivarium://session/${session}/files/${encodeURIComponent(name)}`,
      keep: (output) => this.#linked.keep(session, output),
      isNew: run.order.session === undefined,
    });
  }

  #forget(session: string, run: RunUnderWay): void {
    if (this.#underWay.get(session) === run) this.#underWay.delete(session);
  }

  #sessionOf(handle: string | undefined): string {
    if (handle !== undefined) return this.#known(handle);
    const made = `py-${randomBytes(6).toString('hex')}`;
    this.#handles.add(made);
    const [oldest] = this.#handles;
    if (this.#handles.size > MAX_HANDLES && oldest !== undefined) {
      this.#handles.delete(oldest);
      // Nobody can ask for its result any more.
      this.#underWay.get(oldest)?.stop.abort();
      this.#underWay.delete(oldest);
    }
    return made;
  }

  #known(handle: string): string {
    if (this.#handles.delete(handle)) {
      // Used last, it is the last to be dropped.
      this.#handles.add(handle);
      return handle;
    }
    throw new ToolError(
      'unknown-session',
      'there is no session of that handle; leave "session" out to begin a new one',
    );
  }
}

const LOST =
  'the program that runs Python ended before there was a result; variables and files of the session are lost. Call again';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason');
