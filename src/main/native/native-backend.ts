/** Runs Python in the user's own interpreter: one fresh process for each run, not sandboxed. */
import { stat } from 'node:fs/promises';
import process from 'node:process';
import type { RunRequest, SessionState } from '../../shared/contract/sandbox.ts';
import type { Clock } from '../base/clock.ts';
import { raceStop } from '../base/stop-signal.ts';
import { messageOf } from '../base/system-error.ts';
import type { Backend, Opening, RunContext } from '../run/backend.ts';
import { factsOf } from '../run/run-facts.ts';
import type { Verdict } from '../run/verdict.ts';
import { checkInterpreter, type InterpreterCheck } from './interpreter-check.ts';
import { NativeInterpreter } from './native-interpreter.ts';
import { RunFolder } from './run-folder.ts';

export interface NativeBackendConfig {
  /** Asked at each run, so that a changed setting holds at once. A full path, or a name on the PATH. */
  readonly binpath: () => string;
  readonly clock: Clock;
  /** Where the variables that native code may see are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** For the interpreter to be checked, in ms; longer than the check's own limit. */
const CHECK_LIMIT_MS = 30_000;

export class NativeBackend implements Backend {
  readonly runtime = 'native';
  readonly #config: NativeBackendConfig;
  /** Of each run whose turn has come: settles when it is over, its process and folder included. */
  readonly #turns = new Set<Promise<void>>();
  #checked: { readonly key: string; readonly check: InterpreterCheck } | null = null;

  constructor(config: NativeBackendConfig) {
    this.#config = config;
  }

  hold(): () => void {
    let release: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#turns.add(turn);
    return () => {
      this.#turns.delete(turn);
      release();
    };
  }

  async open(request: RunRequest, { signal }: RunContext): Promise<Opening> {
    const { clock } = this.#config;
    const began = clock.now();
    const preparation = (): { startMs: number; packagesMs: 0; packages: [] } => ({
      startMs: clock.now() - began,
      packagesMs: 0,
      packages: [],
    });
    const refuse = (verdict: Verdict): Opening => ({ kind: 'refused', verdict, ...preparation() });
    if ((request.packages ?? []).length > 0) {
      const detail =
        'packages are not installed into your own Python; install them there, for example with pip';
      return refuse({ kind: 'setup-failed', detail });
    }
    // A cancelled run does not wait for an interpreter that hangs; the check has its own limit.
    const checked = await raceStop(this.#check(), clock, CHECK_LIMIT_MS, signal);
    if (checked.stopped !== null) {
      return refuse(
        checked.stopped === 'cancelled'
          ? { kind: 'cancelled', by: null }
          : { kind: 'setup-failed', detail: 'the Python interpreter could not be checked in time' },
      );
    }
    const check = checked.value;
    if (!check.ok) return refuse({ kind: 'setup-failed', detail: check.problem.message });
    let folder;
    try {
      folder = await RunFolder.create(request.code, request.files ?? [], factsOf(request));
    } catch (error) {
      const detail = `the run's folder could not be made: ${messageOf(error)}`;
      return refuse({ kind: 'setup-failed', detail });
    }
    const interpreter = new NativeInterpreter({
      folder,
      program: check.interpreter.path,
      clock,
      environment: this.#config.environment ?? process.env,
    });
    return { kind: 'opened', interpreter, ...preparation() };
  }

  /** Each run has a process of its own: nothing is kept. */
  stateAfter(): SessionState {
    return 'reset';
  }

  async close(): Promise<void> {
    await Promise.all(this.#turns);
  }

  /** The interpreter at the path, checked again only when the file has changed. */
  async #check(): Promise<InterpreterCheck> {
    const binpath = this.#config.binpath();
    const environment = this.#config.environment ?? process.env;
    if (this.#checked?.check.ok === true) {
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
