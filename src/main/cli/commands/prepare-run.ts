import { basename, resolve } from 'node:path';
import process from 'node:process';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';
import { DEFAULTS, LIMITS } from '../../../shared/limits.ts';
import {
  DEFAULT_RUNTIME,
  RUNTIME_NAMES,
  traitsOf,
  type PythonRuntime,
  type RuntimeTraits,
} from '../../../shared/runtimes.ts';
import { RunRequest, type InputFile } from '../../../shared/contract/run.ts';
import type { CliDependencies, CliIo, SandboxOptions } from '../dependencies.ts';
import { readInputFiles } from '../input/input-files.ts';
import { parseMemory, parseRuntime, parseSession, parseTimeout } from '../input/option-values.ts';
import { OutputFolder } from '../output/output-folder.ts';
import type { ServerSettings } from '../../connect/server-list.ts';
import { serverListAt } from './connect-servers.ts';
import { packageSourcesFrom, type PackageSourceOptions } from './package-source-options.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { readScript, scriptSource, type ScriptSource } from '../input/read-script.ts';
import { UsageError } from '../usage-error.ts';

/** Of what is no terminal. */
const USUAL_COLUMNS = 80;

/** The run command's arguments as the user typed them. */
export interface RunArguments {
  readonly script: string | undefined;
  /** The script's own. */
  readonly args: readonly string[];
  readonly code: string | undefined;
  readonly json: boolean;
  readonly timeout: string | undefined;
  readonly memory: string | undefined;
  readonly session: string | undefined;
  readonly files: readonly string[];
  readonly runtime: string | undefined;
  readonly python: string | undefined;
  /** Folder for what the run makes. */
  readonly out: string | undefined;
  /** Whether files in it may be replaced. */
  readonly force: boolean;
  /** Names, with or without versions. */
  readonly packages: readonly string[];
  /** File that names servers whose tools the script may call. */
  readonly connect: string | undefined;
  readonly packageSources: PackageSourceOptions;
}

export interface PreparedRun {
  readonly request: RunRequest;
  readonly sandbox: SandboxOptions;
  readonly runtime: PythonRuntime;
  /** Null when nothing is to be written. */
  readonly out: OutputFolder | null;
  /** Whether the script may read standard input: not when it came that way itself. */
  readonly takesInput: boolean;
  /** Whose tools it may call. */
  readonly servers: readonly ServerSettings[];
}

/**
 * Turns arguments into a complete, valid request; reads the script and the input files. Rejects with a
 * UsageError for bad input and with the signal's reason when aborted. Starts nothing.
 */
export async function prepareRun(
  args: RunArguments,
  { io, packageSettings }: Pick<CliDependencies, 'io' | 'packageSettings'>,
  signal: AbortSignal,
): Promise<PreparedRun> {
  // Options are checked before anything is read, so that no script is typed in vain.
  const source = scriptSource(args.script, args.code);
  const timeoutMs = args.timeout === undefined ? DEFAULTS.timeoutMs : parseTimeout(args.timeout);
  const memoryMiB = args.memory === undefined ? DEFAULTS.memoryMiB : parseMemory(args.memory);
  const session = args.session === undefined ? {} : { session: parseSession(args.session) };
  const runtime = runtimeOf(args);
  const out = args.out === undefined ? null : await OutputFolder.open(resolve(io.cwd, args.out), args.force);
  const servers = args.connect === undefined ? [] : await serverListAt(args.connect, io.cwd, signal);
  const files = await readInputFiles(args.files, io.cwd, signal);
  const code = await readScript(source, io, signal);
  const script = ownName(source, code, files);
  const request = RunRequest.safeParse({
    code,
    timeoutMs,
    ...session,
    args: [...args.args],
    ...(args.json ? {} : { columns: columnsOf(io) }),
    ...(script === null ? {} : { script: script.name }),
    ...(files.length === 0 && script === null
      ? {}
      : { files: script === null ? files : [...files, ...script.files] }),
    ...(args.packages.length === 0 ? {} : { packages: [...args.packages] }),
  });
  if (!request.success) {
    const reasons = request.error.issues.map((issue) => issue.message).join(', ');
    throw new UsageError(`the run request is not valid: ${oneLine(reasons)}; see "vivarium run --help"`);
  }
  const packages = packageSourcesFrom(args.packageSources, await packageSettings(), process.env);
  return {
    request: request.data,
    sandbox: { memoryMiB, outputKiB: args.json ? DEFAULTS.outputKiB : LIMITS.outputKiB.max, packages },
    runtime,
    out,
    takesInput: source.kind !== 'stdin' && traitsOf(runtime).takesInput,
    servers,
  };
}

/** A terminal's width; 80 columns where the output goes elsewhere. */
function columnsOf({ columns, stdoutIsTty }: CliIo): number {
  const { max, min } = LIMITS.columns;
  return stdoutIsTty ? Math.min(max, Math.max(min, columns)) : USUAL_COLUMNS;
}

/** What a script's file is called where it runs, and that file: it is there as it is on the user's computer. */
function ownName(
  source: ScriptSource,
  code: string,
  files: readonly InputFile[],
): { readonly name: string; readonly files: readonly InputFile[] } | null {
  if (source.kind !== 'file') return null;
  const name = basename(source.path);
  if (workspaceNameProblem(name) !== null) return null;
  const isGiven = files.some((file) => file.name === name);
  const bytes = new TextEncoder().encode(code);
  const total = files.reduce((sum, file) => sum + file.bytes.byteLength, bytes.byteLength);
  const fits =
    !files.some((file) => file.name.startsWith(`${name}/`)) &&
    files.length < LIMITS.fileCount &&
    total <= LIMITS.totalFileBytes;
  return { name, files: isGiven || !fits ? [] : [{ name, bytes }] };
}

/** For messages: the runtimes with that trait. */
function thatHave(trait: keyof RuntimeTraits): string {
  return RUNTIME_NAMES.filter((name) => traitsOf(name)[trait]).join(' or ');
}

/** @throws UsageError when it is no runtime, or an option says nothing to it */
export function runtimeOf({
  connect,
  force,
  memory,
  out,
  packages,
  python,
  runtime,
}: RunArguments): PythonRuntime {
  if (force && out === undefined) throw new UsageError('--force is about files of --out; add --out DIR');
  const chosen = runtime === undefined ? DEFAULT_RUNTIME : parseRuntime(runtime);
  const traits = traitsOf(chosen);
  // An option that did nothing would be a promise not kept.
  if (!traits.needsProgram && python !== undefined) {
    const runtimes = thatHave('needsProgram');
    throw new UsageError(`--python names your own Python; add --runtime ${runtimes} to run in it`);
  }
  if (!traits.limitsMemory && memory !== undefined) {
    const runtimes = thatHave('limitsMemory');
    throw new UsageError(
      `--memory limits the ${runtimes} runtime only; leave it out with --runtime ${chosen}`,
    );
  }
  if (!traits.hasFiles && out !== undefined) {
    throw new UsageError(`--out gets files out of the sandbox; ${chosen} code can write them itself`);
  }
  if (!traits.installsPackages && packages.length > 0) {
    const runtimes = thatHave('installsPackages');
    throw new UsageError(
      `--package installs into the ${runtimes} runtime only; install it in your own Python`,
    );
  }
  if (!traits.callsFunctions && connect !== undefined) {
    const runtimes = thatHave('callsFunctions');
    throw new UsageError(
      `--connect gives functions to the ${runtimes} runtime only; ${chosen} code has none`,
    );
  }
  return chosen;
}
