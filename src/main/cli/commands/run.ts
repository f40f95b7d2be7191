import process from 'node:process';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { DEFAULTS, LIMITS } from '../../../shared/limits.ts';
import type { RunOutput, RunResult } from '../../../shared/contract/run.ts';
import { traitsOf, type PythonRuntime } from '../../../shared/runtimes.ts';
import type { CliDependencies, SandboxOptions } from '../dependencies.ts';
import { DisplayPrinter } from '../output/display-printer.ts';
import { EXIT_CODES, exitCodeOf, type ExitCode } from '../output/exit-codes.ts';
import { runInterruptible } from '../terminal/interruptible.ts';
import { CONNECT_HELP, connectServers } from './connect-servers.ts';
import { prepareRun, runtimeOf, type PreparedRun, type RunArguments } from './prepare-run.ts';
import { phaseText } from '../output/phase-text.ts';
import { limitsOf, reportImages, reportJson, reportText } from '../output/report.ts';
import { resultWithoutRun } from '../../run/run-result.ts';
import { countImages, OutputSaver } from '../output/save-outputs.ts';
import type { Runner } from '../../run/runner.ts';
import { SandboxLease } from '../host/sandbox-lease.ts';
import { isTerminal, StandardInput } from '../input/standard-input.ts';
import type { CommandOutput } from '../terminal/stdio.ts';
import { messageOf } from '../../base/system-error.ts';
import { UsageError } from '../usage-error.ts';
import {
  packageSourceOptionsOf,
  withPackageSourceOptions,
  type PackageSourceFlags,
} from './package-source-options.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { confirmAtTerminal } from '../terminal/confirm-call.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import type { ConnectedServers } from '../../connect/connected-servers.ts';

/** Longest wait for the sandbox's processes to end after a run, in ms. */
const DISPOSE_MS = 10_000;
/** Longest wait for them after a second interrupt, in ms: the user waits at the prompt. */
const FORCED_DISPOSE_MS = 300;

const collect = (value: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), value];

interface RunFlags extends PackageSourceFlags {
  readonly c?: string;
  readonly json?: true;
  readonly timeout?: string;
  readonly memory?: string;
  readonly session?: string;
  readonly file?: string[];
  readonly package?: string[];
  readonly runtime?: string;
  readonly python?: string;
  readonly out?: string;
  readonly force?: true;
  readonly connect?: string;
}

/**
 * Adds `vivarium run` to the program; `choose` gets the arguments when it is the command given.
 *
 * @param given what follows `--`: the script's own arguments
 */
export function defineRun(
  program: Command,
  cwd: string,
  given: readonly string[],
  choose: (args: RunArguments) => void,
): void {
  withPackageSourceOptions(
    program
      .command('run')
      .summary('run Python code in the sandbox')
      .description(
        'Run Python code in the sandbox. The script’s output appears as it comes, then the value of its last ' +
          'expression. What follows "--" are arguments of the script, found in sys.argv.',
      )
      .usage('[options] FILE | - | -c CODE [-- ARGS…]')
      .argument('[FILE]', 'script to run; "-" reads it from standard input')
      .option('-c <CODE>', 'run this code instead of a file')
      .option('--json', 'print one JSON result on stdout and nothing else')
      .option(
        '--timeout <S>',
        `time limit in seconds, ${LIMITS.timeoutMs.min / 1000} to ${LIMITS.timeoutMs.max / 1000} ` +
          `(default ${DEFAULTS.timeoutMs / 1000})`,
      )
      .option(
        '--memory <MIB>',
        `memory limit in MiB, ${LIMITS.memoryMiB.min} to ${LIMITS.memoryMiB.max} (default ${DEFAULTS.memoryMiB})`,
      )
      .option('--session <NAME>', 'name of the session to run in')
      .option(
        '--file <PATH[=NAME]>',
        'give the script a file, found as NAME in its working directory; may be repeated. The last "=" ' +
          'separates PATH and NAME unless a file of the whole name exists',
        collect,
      )
      .option('--package <NAME>', 'install this package before the script runs; may be repeated', collect),
  )
    .option(
      '--runtime <RUNTIME>',
      '"embedded" runs in the sandbox (default); "native" in your own Python, which is not sandboxed',
    )
    .option('--python <PATH>', 'with --runtime native: the Python to run in (default: the first on the PATH)')
    .option(
      '--out <DIR>',
      'write the files that the script makes or changes, and its plots, pages and other displays, into this folder',
    )
    .option('--force', 'with --out: replace files that exist')
    .option('--connect <FILE>', CONNECT_HELP)
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 Python error, 2 usage, 70 crashed or set-up failed, 124 time limit, ' +
        '130 cancelled, 137 out of memory, 141 output closed early (| head)',
    )
    .action((file: string | undefined, flags: RunFlags) => {
      // `run -- FILE` is for a file whose name begins with a dash.
      const isAfter = file === undefined && flags.c === undefined;
      const script = isAfter ? given[0] : file;
      const args = isAfter ? given.slice(1) : given;
      choose({
        script,
        args,
        code: flags.c,
        json: flags.json ?? false,
        timeout: flags.timeout,
        memory: flags.memory,
        session: flags.session,
        files: flags.file ?? [],
        runtime: flags.runtime,
        python: flags.python,
        out: flags.out,
        force: flags.force ?? false,
        packages: flags.package ?? [],
        connect: flags.connect,
        packageSources: packageSourceOptionsOf(flags, cwd),
      });
    });
}

/** Carries out `vivarium run`. Returns once everything is printed and the sandbox is gone. */
export function runScript(args: RunArguments, dependencies: CliDependencies): Promise<number> {
  const { io } = dependencies;
  const open: Readonly<Record<PythonRuntime, (options: SandboxOptions) => Promise<Runner>>> = {
    embedded: (options) => dependencies.openSandbox(options),
    native: ({ outputKiB }) => dependencies.openNative({ python: args.python, cwd: io.cwd, outputKiB }),
  };
  const lease = new SandboxLease<PreparedRun>(({ runtime, sandbox }) => open[runtime](sandbox));
  return runInterruptible(io, {
    perform: async (out, stop) => {
      const code = await perform(args, dependencies, out, lease, stop);
      const problem = await lease.release(DISPOSE_MS);
      if (problem !== null) await out.notice(`${oneLine(problem)}; look for leftover processes`);
      return code;
    },
    leave: () => lease.release(FORCED_DISPOSE_MS),
  });
}

async function perform(
  args: RunArguments,
  dependencies: CliDependencies,
  out: CommandOutput,
  lease: SandboxLease<PreparedRun>,
  stop: AbortSignal,
): Promise<ExitCode> {
  let prepared: PreparedRun;
  try {
    prepared = await prepareRun(args, dependencies, stop);
  } catch (error) {
    if (error instanceof UsageError) {
      await out.notice(error.message);
      return EXIT_CODES.usage;
    }
    if (!stop.aborted) throw error;
    const result = resultWithoutRun({ kind: 'cancelled', by: null }, args.session, runtimeOf(args));
    if (args.json) await reportJson(result, out);
    else await out.notice('cancelled before the run started; run it again to start over');
    return EXIT_CODES.cancelled;
  }
  const notice = traitsOf(prepared.runtime).sandboxed
    ? dependencies.startNotice
    : `${prepared.runtime} Python is not sandboxed: the script can do whatever you can`;
  if (notice !== undefined) await out.notice(notice);
  const servers = await connected(prepared, dependencies, out, stop);
  const saver = prepared.out === null ? null : new OutputSaver(prepared.out, out, dependencies.chartScript);
  const displays = new DisplayPrinter(out);
  const result = await answer(
    args,
    prepared,
    {
      ...{ out, displays, lease, saver, servers },
      stdin: () => dependencies.io.stdin,
      stdinIsTty: dependencies.io.stdinIsTty,
      columns: dependencies.io.columns,
    },
    stop,
  ).finally(() => servers?.close());
  // The run was cancelled because the reader of its output is gone, so no message is printed either.
  if (out.hasFailed) return exitCodeOf(result.status);
  if (args.json) {
    await reportJson(result, out);
  } else {
    const limits = limitsOf(prepared.request.timeoutMs, prepared.sandbox);
    await reportText(result, limits, args.session, out, displays);
    if (saver === null) await reportImages(countImages(result.outputs), out);
  }
  await saver?.saveOutputs(result.outputs);
  const code = exitCodeOf(result.status);
  return code === EXIT_CODES.ok && saver?.failed === true ? EXIT_CODES.failed : code;
}

/** Null when there are none to be connected to. */
async function connected(
  { servers }: PreparedRun,
  { version }: CliDependencies,
  out: CommandOutput,
  signal: AbortSignal,
): Promise<ConnectedServers | null> {
  if (servers.length === 0) return null;
  return connectServers(servers, { version, say: (line) => void out.notice(line), signal });
}

interface RunParts {
  readonly out: CommandOutput;
  readonly displays: DisplayPrinter;
  readonly lease: SandboxLease<PreparedRun>;
  readonly saver: OutputSaver | null;
  readonly servers: ConnectedServers | null;
  readonly stdin: () => Readable;
  readonly stdinIsTty: boolean;
  /** Width of the terminal. */
  readonly columns: number;
}

/** Exactly one result, whatever happens to the sandbox. */
async function answer(
  args: RunArguments,
  prepared: PreparedRun,
  { out, displays, lease, saver, servers, stdin, stdinIsTty, columns }: RunParts,
  stop: AbortSignal,
): Promise<RunResult> {
  let sandbox;
  try {
    sandbox = await lease.open(prepared, stop);
  } catch (error) {
    return resultWithoutRun(
      { kind: 'setup-failed', detail: messageOf(error) },
      args.session,
      prepared.runtime,
    );
  }
  if (sandbox === null) {
    return resultWithoutRun({ kind: 'cancelled', by: null }, args.session, prepared.runtime);
  }
  const input = new StandardInput(stdin, () => void process.emit('SIGINT'));
  const progress = new ProgressLine(out.stderr, columns);
  const confirm = confirmAtTerminal({
    out,
    forget: (over) => input.forget(over),
    line: (over) => input.line(over, false),
    // Opened only for a run that may have something to ask.
    nobody: servers === null ? null : whyNobodyIsAsked(prepared, stdin, out),
  });
  // The session ends with the command: its program has an end.
  const { session, ...request } = prepared.request;
  try {
    const result = await sandbox.run(request, {
      signal: stop,
      adviceWording: 'command-line',
      ...(servers === null ? {} : { functions: { ...servers.functions, confirm } }),
      onOutput: (output) => {
        progress.end();
        return args.json ? undefined : show(output, displays, out);
      },
      ...(args.json
        ? {}
        : {
            onDisplay: (display) => {
              progress.end();
              return displays.show(display);
            },
          }),
      ...(saver === null ? {} : { onFile: (file) => saver.saveFile(file) }),
      ...(prepared.takesInput
        ? {
            onInput: (_prompt, over, secret) => input.line(over, secret),
            // What feeds a pipe may never say anything.
            countsInput: !stdinIsTty,
          }
        : {}),
      ...(out.stderr.isTty
        ? {
            onPackages: (state) => progress.redraw({ ...state, label: state.packageName }),
            onPhase: (phase) => progress.say(phaseText(phase)),
          }
        : {}),
    });
    return session === undefined ? result : { ...result, session: { ...result.session, id: session } };
  } catch (error) {
    return resultWithoutRun(
      { kind: 'runner-failed', detail: messageOf(error) },
      args.session,
      prepared.runtime,
    );
  } finally {
    input.close();
    progress.end();
  }
}

/** Null where somebody can be asked whether the script may make a call. */
function whyNobodyIsAsked(
  { takesInput }: PreparedRun,
  stdin: () => Readable,
  out: CommandOutput,
): string | null {
  const how = 'it can be allowed in the file of --connect';
  if (!takesInput) return `it is to be asked for, and the script itself came by standard input; ${how}`;
  if (!isTerminal(stdin())) return `it is to be asked for, and standard input is no terminal; ${how}`;
  return out.stderr.isTty
    ? null
    : `it is to be asked for, and the question would not be seen, as standard error is no terminal; ${how}`;
}

async function show(output: RunOutput, displays: DisplayPrinter, out: CommandOutput): Promise<void> {
  await displays.release();
  switch (output.stream) {
    case 'stdout':
      return out.stdout.writeGuest(output.bytes);
    case 'stderr':
      return out.stderr.writeGuest(output.bytes);
  }
}
