import type { SandboxEvent } from '../../shared/contract/sandbox-events.ts';
import type { Clock } from '../base/clock.ts';
import type { CrashLimit } from './process/crash-window.ts';
import type { SidecarLauncher } from './process/launcher.ts';
import type { LockdownFactory } from '../runtime/lockdown-binding.ts';
import type { PackageProvider } from './packages/package-provider.ts';
import type { Asset } from '../runtime/runtime-assets.ts';

/** Settings that can change while a sandbox is in use. */
export interface SandboxSettings {
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Captured output per stream, in KiB. */
  readonly outputKiB: number;
  /**
   * Idle time after which the processes are ended, in ms; so long an unanswered `input()` is waited for, too. By default
   * 15 minutes.
   */
  readonly idleMs?: number;
  /** Whether a started standby process is kept, where memory allows. By default not. */
  readonly standby?: boolean;
}

export interface SandboxConfig extends SandboxSettings {
  readonly launcher: SidecarLauncher;
  /** Reads and verifies the assets that are loaded into the sidecar. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  /** Confinement of the process by the operating system; see `lockdownOrder`. */
  readonly lockdown: LockdownFactory;
  readonly clock: Clock;
  /** Folder for snapshots and bytecode, which make later starts faster; without it none are kept. May be emptied at any time. */
  readonly dataDir?: string;
  /** Folder of snapshots that came with the program: `dataDir` is given the one that fits, if there is one. */
  readonly shippedSnapshots?: string;
  /** Started interpreters kept ready for fresh runs. By default none. */
  readonly spares?: number;
  /** Crashes after which nothing is started any more. By default 3 in 5 minutes. */
  readonly crashLimit?: CrashLimit;
  /** Free memory of the machine, in bytes. */
  readonly freeMemory: () => number;
  readonly onEvent?: (event: SandboxEvent) => void;
  /** Where packages come from; without it there are none. Closed with the sandbox. */
  readonly packages?: PackageProvider;
}
