import type { Config } from '../../shared/config/config.ts';
import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import type { PythonRuntime } from '../../shared/runtimes.ts';
import type { RunRequest, RunResult } from '../../shared/contract/run.ts';
import { createSandbox, type CreateSandboxOptions } from '../create-sandbox.ts';
import { InterpreterService } from '../interpreter/interpreter-service.ts';
import { checkInterpreter } from '../native/interpreter-check.ts';
import { nativeRunner, type NativeRunner } from '../native/native-runner.ts';
import { RunPythonCode } from '../plugin/run-python-code.ts';
import { systemClock } from '../base/clock.ts';
import type { PackageProvider } from '../sandbox/packages/package-provider.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { Activity } from '../app/activity.ts';
import { ConsoleRuns, type ConsoleRunsOptions } from '../app/console-runs.ts';
import type { Runner } from '../run/runner.ts';
import { PythonFactsNow } from '../app/python-facts.ts';
import { windowAdvice } from '../app/window-advice.ts';
import { sandboxSettings } from '../app/sandbox-settings.ts';
import { translateTo } from '../app/texts.ts';
import { MS_PER_SECOND } from '../../shared/units.ts';

/** Interpreters kept ready, so that a run without a session begins at once. */
const SPARES = 1;
export interface AppPythonOptions {
  /** The build's folder, `out`. */
  readonly outDir: string;
  readonly launcher: CreateSandboxOptions['launcher'];
  /** Asked each time. */
  readonly config: () => Config;
  readonly packages: PackageProvider;
  /** Names of the packages on this computer that a model may be told of. */
  readonly installed: () => Promise<readonly string[]>;
  /** The embedded Python's version. */
  readonly pythonVersion: string;
  /** What code of the window may call. */
  readonly functionsFor: ConsoleRunsOptions['functionsFor'];
  /** A run of the window has ended. */
  readonly onRunEnded: (result: RunResult) => void;
}

/** Both Pythons of the app, and the ways to run code in them. */
export interface AppPython {
  readonly sandbox: Sandbox;
  readonly native: NativeRunner;
  readonly activity: Activity;
  readonly runs: ConsoleRuns;
  /** Those with state, by where it is kept. */
  readonly sessions: () => Readonly<Record<PythonRuntime, readonly string[]>>;
  /** Forgets a session's state, wherever its code has run. False when there was none. */
  readonly reset: (session: string) => Promise<boolean>;
  /** What a session knows of names, where its next run goes. */
  readonly lookUpNames: (session: string, question: NameQuestion) => Promise<NameReport | null>;
  readonly interpreter: InterpreterService;
  readonly facts: PythonFactsNow;
  readonly tool: RunPythonCode;
}

export const composePython = (options: AppPythonOptions): AppPython => {
  const { config, launcher, outDir } = options;
  const timeoutMs = (): number => config().sandbox.timeoutSeconds * MS_PER_SECOND;
  const activity = new Activity();
  const sandbox = createSandbox({
    outDir,
    launcher,
    onEvent: (event) => activity.record(event),
    spares: SPARES,
    packages: options.packages,
    ...sandboxSettings(config()),
  });
  const native = nativeRunner({
    binpath: () => config().plugins.python.binpath ?? '',
    clock: systemClock,
    outputKiB: () => config().sandbox.outputKiB,
    idleMs: () => sandboxSettings(config()).idleMs,
    onSessionEnd: (session, why, printed) => {
      const said = printed === undefined ? {} : { printed };
      activity.record({ type: 'session-ended', at: Date.now(), session, runtime: 'native', why, ...said });
    },
  });
  const runs = new ConsoleRuns({
    runners: { embedded: sandbox, native },
    settings: () => ({ runtime: config().plugins.python.runtime, timeoutMs: timeoutMs() }),
    clock: systemClock,
    adviceWording: () => windowAdvice(translateTo(config().general.language)),
    onEnded: options.onRunEnded,
    functionsFor: options.functionsFor,
  });
  const limited =
    (runner: Runner) =>
    (request: RunRequest): Promise<RunResult> =>
      runner.run({ timeoutMs: timeoutMs(), ...request }, {});
  const interpreter = new InterpreterService({ runEmbedded: limited(sandbox), runNative: limited(native) });
  const facts = new PythonFactsNow({
    settings: config,
    pythonVersion: options.pythonVersion,
    installed: options.installed,
    check: checkInterpreter,
  });
  const tool = new RunPythonCode({
    settings: () => config().plugins.python,
    interpreter,
    facts: (runtime) => facts.of(runtime),
    translate: (key) => translateTo(config().general.language)(key),
  });
  const reset = async (session: string): Promise<boolean> => {
    const had = await Promise.all([sandbox.reset(session), native.reset(session)]);
    return had.includes(true);
  };
  const sessions = (): Readonly<Record<PythonRuntime, readonly string[]>> => ({
    embedded: sandbox.sessions,
    native: native.sessions,
  });
  const lookUpNames: AppPython['lookUpNames'] = (session, question) =>
    ({ embedded: sandbox, native })[config().plugins.python.runtime].lookUpNames(session, question);
  return { sandbox, native, activity, runs, reset, lookUpNames, sessions, interpreter, facts, tool };
};
