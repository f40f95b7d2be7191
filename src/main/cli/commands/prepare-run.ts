import { resolve } from 'node:path';
import process from 'node:process';
import { DEFAULTS } from '../../../shared/limits.ts';
import type { PythonRuntime } from '../../../shared/config/config.ts';
import type { HostPackages } from '../../../shared/protocol/host-protocol.ts';
import type { PackageSettings } from '../../../shared/packages/package-settings.ts';
import { RunRequest } from '../../../shared/contract/sandbox.ts';
import type { CliDependencies, SandboxOptions } from '../dependencies.ts';
import { readInputFiles } from '../input/input-files.ts';
import { parseMemory, parseRuntime, parseSession, parseTimeout } from '../input/option-values.ts';
import { OutputFolder } from '../output/output-folder.ts';
import { indexOf, type PackagePlaces } from './package-places.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { readScript, scriptSource } from '../input/read-script.ts';
import { UsageError } from '../usage-error.ts';

/** The run command's arguments as the user typed them. */
export interface RunArguments {
  readonly script: string | undefined;
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
  readonly places: PackagePlaces;
}

export interface PreparedRun {
  readonly request: RunRequest;
  readonly sandbox: SandboxOptions;
  readonly runtime: PythonRuntime;
  /** Null when nothing is to be written. */
  readonly out: OutputFolder | null;
  /** Whether the script may read standard input: not when it came that way itself. */
  readonly takesInput: boolean;
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
  // What can be judged without reading anything comes first: nobody should type a script in vain.
  const source = scriptSource(args.script, args.code);
  const timeoutMs = args.timeout === undefined ? DEFAULTS.timeoutMs : parseTimeout(args.timeout);
  const memoryMiB = args.memory === undefined ? DEFAULTS.memoryMiB : parseMemory(args.memory);
  const session = args.session === undefined ? {} : { session: parseSession(args.session) };
  const runtime = runtimeOf(args);
  const out = args.out === undefined ? null : await OutputFolder.open(resolve(io.cwd, args.out), args.force);
  const files = await readInputFiles(args.files, io.cwd, signal);
  const code = await readScript(source, io, signal);
  const request = RunRequest.safeParse({
    code,
    timeoutMs,
    ...session,
    ...(files.length === 0 ? {} : { files }),
    ...(args.packages.length === 0 ? {} : { packages: [...args.packages] }),
  });
  if (!request.success) {
    const reasons = request.error.issues.map((issue) => issue.message).join(', ');
    throw new UsageError(`the run request is not valid: ${oneLine(reasons)}; see "vivarium run --help"`);
  }
  const packages = packagesFrom(args.places, await packageSettings(), process.env);
  return {
    request: request.data,
    sandbox: { memoryMiB, outputKiB: DEFAULTS.outputKiB, packages },
    runtime,
    out,
    takesInput: source.kind !== 'stdin' && runtime === 'embedded',
  };
}

function packagesFrom(
  places: PackagePlaces,
  settings: PackageSettings,
  environment: Readonly<Record<string, string | undefined>>,
): HostPackages {
  const { mirror, offline, pack } = places;
  const indexUrl = indexOf(places, environment);
  return {
    settings: mirror === undefined ? settings : { ...settings, mirror },
    official: !offline,
    ...(pack === undefined ? {} : { pack }),
    ...(indexUrl === undefined ? {} : { indexUrl }),
  };
}

function runtimeOf({ runtime, python, memory, packages, out, force }: RunArguments): PythonRuntime {
  if (force && out === undefined) throw new UsageError('--force is about files of --out; add --out DIR');
  const chosen = runtime === undefined ? 'embedded' : parseRuntime(runtime);
  if (chosen === 'embedded' && python !== undefined) {
    throw new UsageError('--python names your own Python; add --runtime native to run in it');
  }
  // An option that did nothing would be a promise not kept.
  if (chosen === 'native' && memory !== undefined) {
    throw new UsageError('--memory limits the embedded runtime only; leave it out with --runtime native');
  }
  if (chosen === 'native' && out !== undefined) {
    throw new UsageError('--out gets files out of the sandbox; native code can write them itself');
  }
  if (chosen === 'native' && packages.length > 0) {
    throw new UsageError('--package installs into the embedded runtime only; install it in your own Python');
  }
  return chosen;
}
