import type { Readable, Writable } from 'node:stream';
import type { DoctorReport } from '../../shared/contract/doctor.ts';
import type { HostPackages } from '../../shared/protocol/host-protocol.ts';
import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import type { SessionRunner } from '../mcp/session-runner.ts';
import type { Runner } from '../run/runner.ts';
import type { PackageSourceOptions } from './commands/package-source-options.ts';
import type { ChartScript } from './output/saved-chart.ts';
import type { PackageTool } from './commands/package-tool.ts';

/** What the command line touches of the process it runs in. */
export interface CliIo {
  /** Read only when a command needs it. */
  readonly stdin: Readable;
  readonly stdinIsTty: boolean;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width for help texts, in columns. */
  readonly columns: number;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Calls back for each SIGINT, SIGTERM or SIGHUP until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

export interface SandboxOptions {
  /** WebAssembly memory of one interpreter, in MiB. */
  readonly memoryMiB: number;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
  /** Where packages may come from; left out, there are none. */
  readonly packages?: HostPackages;
}

/** Runs in the user's own Python instead. */
export interface NativeOptions {
  /** Path or name of the interpreter; undefined for the usual one. */
  readonly python: string | undefined;
  /** Folder that a relative path starts from. */
  readonly cwd: string;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
}

export interface CliDependencies {
  readonly io: CliIo;
  openSandbox(options: SandboxOptions): Promise<Runner>;
  /** The same, with its sessions open to be looked into. */
  openSessions(options: SandboxOptions): Promise<SessionRunner>;
  /** Examines the isolation of this installation. @throws Error when nothing could be found out */
  examine(): Promise<DoctorReport>;
  openNative(options: NativeOptions): Promise<Runner>;
  /** Opens the app's window with documents; resolves with the exit code once it is closed. @param documents their paths */
  openWindow(documents: readonly string[]): Promise<number>;
  /** What the user has set about packages. */
  packageSettings(): Promise<PackageSettings>;
  /** Opens the package store with its sources. Rejects with PackageError. */
  openPackages(packageSources: PackageSourceOptions): Promise<PackageTool>;
  /** The script that draws charts of a library, out of the installation. */
  readonly chartScript: ChartScript;
  readonly version: string;
  /** Said on stderr whenever a sandbox is opened, if anything needs saying. */
  readonly startNotice?: string;
}
