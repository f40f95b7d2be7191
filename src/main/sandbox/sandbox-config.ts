import type { SandboxEvent } from '../../shared/contract/sandbox-events.ts';
import type { Clock } from '../base/clock.ts';
import type { CrashLimit } from './process/crash-window.ts';
import type { SidecarLauncher } from './process/launcher.ts';
import type { LockdownFactory } from '../runtime/lockdown-binding.ts';
import type { PackageProvider } from './packages/package-provider.ts';
import type { Asset } from '../runtime/runtime-assets.ts';

/** What may change while a sandbox is at work. */
export interface SandboxSettings {
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
  /** Unused for so long, the processes are ended, in ms. By default 15 minutes. */
  readonly idleMs?: number;
  /** Keep a started process in reserve, where memory allows. By default not. */
  readonly standby?: boolean;
}

export interface SandboxConfig extends SandboxSettings {
  readonly launcher: SidecarLauncher;
  /** Reads and checks what the sidecar is fed. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  /** How the operating system is to hold the process in; see `lockdownOrder`. */
  readonly lockdown: LockdownFactory;
  readonly clock: Clock;
  /** Folder for what makes later starts faster; without it nothing is kept. May be emptied at any time. */
  readonly dataDir?: string;
  /** Started interpreters kept ready for fresh runs. By default none. */
  readonly spares?: number;
  /** By default 3 crashes in 5 minutes. */
  readonly crashLimit?: CrashLimit;
  /** Free memory of the machine, in bytes. */
  readonly freeMemory: () => number;
  readonly onEvent?: (event: SandboxEvent) => void;
  /** Where packages come from; without it there are none. Closed with the sandbox. */
  readonly packages?: PackageProvider;
}
