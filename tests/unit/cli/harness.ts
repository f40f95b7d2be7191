/** A command line with everything around it: real streams, and a sandbox that does what a test says. */
import { EventEmitter } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { runCli, type CliDependencies, type SandboxOptions } from '../../../src/main/cli/cli.ts';
import type { RunOptions } from '../../../src/main/run/run-options.ts';
import type { RunRequest, RunResult } from '../../../src/shared/contract/run.ts';
import { resultOf } from '../../support/run-results.ts';

/** The command line always gives these. */
export type GivenOptions = RunOptions & {
  readonly [Name in 'signal' | 'onOutput']-?: NonNullable<RunOptions[Name]>;
};

export type Run = (request: RunRequest, options: GivenOptions) => Promise<RunResult>;

const NO_OPTIONS = { signal: new AbortController().signal, onOutput: () => undefined };

export function errorOf(type: string, message: string, traceback: string): NonNullable<RunResult['error']> {
  return { type, message, traceback, line: 1 };
}

export interface Setup {
  run?: Run;
  openSandbox?: CliDependencies['openSandbox'];
  openNative?: CliDependencies['openNative'];
  dispose?: () => Promise<void>;
  openWindow?: (documents: readonly string[]) => Promise<number>;
  examine?: CliDependencies['examine'];
  openPackages?: CliDependencies['openPackages'];
  /** The user's; left out, the defaults. */
  packageSettings?: Awaited<ReturnType<CliDependencies['packageSettings']>>;
  stdin?: Readable;
  stdout?: Writable;
  stdinIsTty?: boolean;
  stdoutIsTty?: boolean;
  stderrIsTty?: boolean;
  cwd?: string;
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  opened: SandboxOptions[];
  requests: RunRequest[];
  disposals: number;
}

export interface Started {
  outcome: Promise<Outcome>;
  interrupt(): void;
  listeners(): number;
}

/** Starts the command; for tests that interrupt it. */
export function start(argv: readonly string[], setup: Setup = {}): Started {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const interrupts = new EventEmitter();
  const opened: SandboxOptions[] = [];
  const requests: RunRequest[] = [];
  let disposals = 0;
  const run: Run = setup.run ?? (async () => resultOf());
  const dependencies: CliDependencies = {
    io: {
      stdin: setup.stdin ?? new PassThrough(),
      stdout: setup.stdout ?? stdout,
      stderr,
      stdinIsTty: setup.stdinIsTty ?? false,
      stdoutIsTty: setup.stdoutIsTty ?? false,
      stderrIsTty: setup.stderrIsTty ?? false,
      columns: 100,
      cwd: setup.cwd ?? '/',
      onInterrupt(listener) {
        interrupts.on('interrupt', listener);
        return () => interrupts.off('interrupt', listener);
      },
    },
    async openSandbox(options) {
      opened.push(options);
      if (setup.openSandbox !== undefined) return setup.openSandbox(options);
      return {
        async run(request, runOptions) {
          requests.push(request);
          const { onOutput = NO_OPTIONS.onOutput, signal = NO_OPTIONS.signal } = runOptions ?? {};
          return run(request, { ...runOptions, onOutput, signal });
        },
        async dispose() {
          disposals += 1;
          await setup.dispose?.();
        },
      };
    },
    packageSettings: () =>
      Promise.resolve(setup.packageSettings ?? { autoInstall: true, mirror: '', allow: [] }),
    openSessions: () => Promise.reject(new Error('no sessions here')),
    examine: setup.examine ?? (() => Promise.reject(new Error('no doctor here'))),
    openNative:
      setup.openNative ??
      (async () => {
        throw new Error('no native Python in this test');
      }),
    openWindow: setup.openWindow ?? (async () => 0),
    openPackages: setup.openPackages ?? (() => Promise.reject(new Error('no packages here'))),
    chartScript: async (library) => `draw('${library}')//</script><!--`,
    version: '1.2.3',
  };
  const finish = async (): Promise<Outcome> => {
    const texts = Promise.all([buffer(stdout), buffer(stderr)]);
    const code = await runCli(argv, dependencies);
    stdout.end();
    stderr.end();
    const [out, err] = await texts;
    return { code, stdout: out.toString(), stderr: err.toString(), opened, requests, disposals };
  };
  return {
    outcome: finish(),
    interrupt: () => void interrupts.emit('interrupt'),
    listeners: () => interrupts.listenerCount('interrupt'),
  };
}

export function cli(argv: readonly string[], setup: Setup = {}): Promise<Outcome> {
  return start(argv, setup).outcome;
}

/** Resolves with the reason once the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
