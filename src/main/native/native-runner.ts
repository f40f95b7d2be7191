/** Runs Python in the user's own interpreter: one fresh process for each run, not sandboxed. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { outcomeBudgetBytes } from '../../shared/protocol/interpreter.ts';
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import type { RunOutput, RunRequest, RunResult } from '../../shared/contract/sandbox.ts';
import { messageOf } from '../base/system-error.ts';
import { inPieces } from '../foreign-text/turns.ts';
import type { Clock } from '../base/clock.ts';
import { OutputRelay } from '../run/output-relay.ts';
import { parseRequest } from '../run/parse-request.ts';
import { ReportError, RunCollector } from '../run/run-collector.ts';
import { relayTo } from '../run/run-listener.ts';
import { RunQueue } from '../run/run-queue.ts';
import type { RunOptions } from '../sandbox/sandbox-config.ts';
import { raceStop } from '../base/stop-signal.ts';
import { CappedOutput } from './capped-output.ts';
import { runEnvironment } from './environment.ts';
import { checkInterpreter, type InterpreterCheck } from './interpreter-check.ts';
import { NativeProcess } from './native-process.ts';
import { reportNative, type NativeExit, type NativeVerdict } from './native-verdict.ts';
import { RunFolder } from './run-folder.ts';

export interface NativeRunnerConfig {
  /** Asked at each run, so that a changed setting holds at once. A full path, or a name on the PATH. */
  readonly binpath: () => string;
  readonly clock: Clock;
  /** Captured output per stream, in KiB. Asked at each run as well. */
  readonly outputKiB: () => number;
  /** Where the variables that native code may see are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
}

const MAX_CONCURRENT_RUNS = 4;
/** For the interpreter to be checked, in ms; longer than the check's own limit. */
const CHECK_LIMIT_MS = 30_000;
/** For code to obey an interrupt before it is killed, in ms. */
const INTERRUPT_LIMIT_MS = 1000;

/** What `Outputs.show_with` in outputs.py keeps to. */
const DISPLAY_LIMITS = [
  LIMITS.displayBytes,
  LIMITS.totalDisplayBytes,
  LIMITS.displayCount,
  LIMITS.displayMimeTypes,
];
/** Each display has a line end. */
const MAX_DISPLAY_FILE_BYTES = LIMITS.totalDisplayBytes + LIMITS.displayCount;

const SWITCHED_OFF: NativeVerdict = { kind: 'setup-failed', detail: 'Python was switched off' };

const never = new AbortController().signal;

/** What a run sends: passed on under caps, and gathered. */
interface Capture {
  readonly collector: RunCollector;
  readonly output: CappedOutput;
}

interface Attempt {
  readonly verdict: NativeVerdict;
  readonly startMs: number;
  readonly runMs: number;
}

export class NativeRunner {
  readonly #config: NativeRunnerConfig;
  readonly #clock: Clock;
  readonly #queue = new RunQueue(MAX_CONCURRENT_RUNS);
  /** One for each run that has not ended, to stop it with. */
  readonly #stops = new Map<AbortController, Promise<RunResult>>();
  #disposed = false;
  #checked: { readonly key: string; readonly check: InterpreterCheck } | null = null;
  #nextRun = 1;

  constructor(config: NativeRunnerConfig) {
    this.#config = config;
    this.#clock = config.clock;
  }

  /**
   * Runs code; never rejects for anything that the code or the system does. A session in the request keeps
   * nothing: its state is `reset` after each run.
   *
   * @throws InvalidRequestError when the request breaks the contract
   */
  async run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const parsed = parseRequest(request);
    // Not AbortSignal.any: it leaves something behind at signals that outlive the run.
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    options.signal?.addEventListener('abort', abort, { once: true });
    if (options.signal?.aborted === true) abort();
    const running = this.#run(parsed, options, stop.signal);
    this.#stops.set(stop, running);
    try {
      return await running;
    } finally {
      this.#stops.delete(stop);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends runs under way as cancelled; later ones fail. Resolves once their processes are gone. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const stop of this.#stops.keys()) stop.abort();
    await Promise.allSettled(this.#stops.values());
  }

  async #run(request: RunRequest, options: RunOptions, signal: AbortSignal): Promise<RunResult> {
    const relay = new OutputRelay();
    const outputBytes = this.#config.outputKiB() * 1024;
    const collector = new RunCollector(outputBytes, relayTo(relay, options, null));
    const output = new CappedOutput(outputBytes, (piece) => collector.push(piece));
    const arrived = this.#clock.now();
    let waitMs = 0;
    const attempt = this.#disposed
      ? { verdict: SWITCHED_OFF, startMs: 0, runMs: 0 }
      : await this.#queue.add(null, signal, () => {
          waitMs = this.#clock.now() - arrived;
          return this.#attempt(request, { collector, output }, signal);
        });
    if (!signal.aborted) await relay.drained(signal);
    const verdict: NativeVerdict = attempt?.verdict ?? { kind: 'cancelled', began: false };
    const outcome = verdict.kind === 'finished' ? verdict.outcome : null;
    return {
      ...reportNative(verdict),
      value: outcome?.value ?? null,
      stdout: collector.stdout,
      stderr: collector.stderr,
      truncated: (outcome?.truncated ?? collector.full) || collector.displaysCut,
      outputs: collector.displays,
      files: outcome?.files ?? [],
      session: { id: request.session ?? `run-${this.#nextRun++}`, state: 'reset' },
      packages: [],
      notices: outcome?.notices ?? [],
      timing: {
        waitMs: attempt === null ? this.#clock.now() - arrived : waitMs,
        startMs: attempt?.startMs ?? 0,
        packagesMs: 0,
        runMs: attempt?.runMs ?? 0,
      },
      runtime: 'native',
    };
  }

  async #attempt(request: RunRequest, capture: Capture, signal: AbortSignal): Promise<Attempt> {
    const began = this.#clock.now();
    const sinceBegan = (): number => this.#clock.now() - began;
    if ((request.packages ?? []).length > 0) {
      const detail =
        'packages are not installed into your own Python; install them there, for example with pip';
      return { verdict: { kind: 'setup-failed', detail }, startMs: sinceBegan(), runMs: 0 };
    }
    // Someone who cancels does not wait for a program that does not answer; the check has its own limit.
    const checked = await raceStop(this.#check(), this.#clock, CHECK_LIMIT_MS, signal);
    if (checked.stopped !== null) {
      const verdict: NativeVerdict =
        checked.stopped === 'cancelled'
          ? { kind: 'cancelled', began: false }
          : { kind: 'setup-failed', detail: 'the Python interpreter could not be checked in time' };
      return { verdict, startMs: sinceBegan(), runMs: 0 };
    }
    const check = checked.value;
    if (!check.ok) {
      const verdict: NativeVerdict = { kind: 'setup-failed', detail: check.problem.message };
      return { verdict, startMs: sinceBegan(), runMs: 0 };
    }
    let folder;
    try {
      folder = await RunFolder.create(request.code, request.files ?? []);
    } catch (error) {
      const detail = `the run's folder could not be made: ${messageOf(error)}`;
      return { verdict: { kind: 'setup-failed', detail }, startMs: sinceBegan(), runMs: 0 };
    }
    const startMs = sinceBegan();
    try {
      const limitMs = request.timeoutMs ?? DEFAULTS.timeoutMs;
      const verdict = await this.#runIn(folder, check.interpreter.path, limitMs, capture, signal);
      return { verdict, startMs, runMs: sinceBegan() - startMs };
    } finally {
      await folder.remove();
    }
  }

  async #runIn(
    folder: RunFolder,
    program: string,
    limitMs: number,
    capture: Capture,
    signal: AbortSignal,
  ): Promise<NativeVerdict> {
    const { output } = capture;
    const marker = randomUUID();
    const options = {
      program,
      args: ['-u', folder.runner, folder.path, ...[output.maxBytes, ...DISPLAY_LIMITS].map(String)],
      cwd: folder.workspace,
      environment: runEnvironment(this.#config.environment ?? process.env, marker),
      marker,
      onOutput: ({ stream, bytes }: RunOutput) => output.push(stream, bytes),
    };
    let python: NativeProcess | null = null;
    try {
      python = new NativeProcess(options);
      const raced = await raceStop(python.exited, this.#clock, limitMs, signal);
      if (raced.stopped !== null) {
        python.interrupt();
        await raceStop(python.exited, this.#clock, INTERRUPT_LIMIT_MS, never);
        await python.end(this.#clock);
        await output.show(await folder.displays(MAX_DISPLAY_FILE_BYTES));
        return raced.stopped === 'cancelled'
          ? { kind: 'cancelled', began: true }
          : { kind: 'timeout', limitMs };
      }
      await python.end(this.#clock);
      await output.show(await folder.displays(MAX_DISPLAY_FILE_BYTES));
      return await verdictOf(raced.value, folder, capture);
    } catch (error) {
      await python?.end(this.#clock);
      return { kind: 'setup-failed', detail: `Python could not be started: ${messageOf(error)}` };
    } finally {
      output.close();
    }
  }

  /** What is at the path, asked again only when something there has changed. */
  async #check(): Promise<InterpreterCheck> {
    const binpath = this.#config.binpath();
    const environment = this.#config.environment ?? process.env;
    if (this.#checked !== null && this.#checked.check.ok) {
      const key = await keyOf(binpath, this.#checked.check.interpreter.path);
      if (key === this.#checked.key) return this.#checked.check;
    }
    const check = await checkInterpreter(binpath, { environment });
    this.#checked = check.ok ? { key: await keyOf(binpath, check.interpreter.path), check } : null;
    return check;
  }
}

const keyOf = async (binpath: string, program: string): Promise<string> => {
  const found = await stat(program).catch(() => null);
  return JSON.stringify([binpath, found?.ino, found?.size, found?.mtimeMs]);
};

/** What came of a process that ended by itself. */
const verdictOf = async (
  exit: NativeExit,
  folder: RunFolder,
  { collector, output }: Capture,
): Promise<NativeVerdict> => {
  if (!(await folder.hasBegun()) && exit.signal === null) {
    const said = collector.stderr.trim();
    const lastWords = said.slice(said.lastIndexOf('\n') + 1);
    const detail = `Python ended before the code began, exit code ${exit.code ?? '?'}`;
    return { kind: 'setup-failed', detail: lastWords === '' ? detail : `${detail}: ${lastWords}` };
  }
  const report = await folder.outcome(outcomeBudgetBytes(output.maxBytes));
  if (report !== null && exit.signal === null) {
    await inPieces(report, (bytes) => collector.push({ channel: 'outcome', bytes }));
    try {
      const outcome = collector.outcome();
      return { kind: 'finished', outcome: { ...outcome, truncated: outcome.truncated || output.cut } };
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
      return { kind: 'spoilt', detail: error.message };
    }
  }
  return { kind: 'died', exit, stack: await folder.faults() };
};
