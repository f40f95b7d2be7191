import type { ProcessRole, SandboxState } from '../../../shared/contract/sandbox-events.ts';
import type { Clock } from '../../base/clock.ts';
import type { CrashLimit } from './crash-window.ts';
import type { SidecarLauncher } from './launcher.ts';
import type { LockdownFactory } from '../../runtime/lockdown-binding.ts';
import type { ProcessEnd } from '../../run/verdict.ts';
import type { Asset } from '../../runtime/runtime-assets.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import type { MemoryReading } from './sidecar-life.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';

/** What a process is kept from becoming idle for: the idle time is counted from the last use, not from a question. */
export type Purpose = 'use' | 'question';

/** Settings that can change while the supervisor runs. */
export interface SupervisorSettings {
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Idle time after which all processes are ended, in ms. */
  readonly idleMs: number;
  /** Whether a second, started process is kept that can take over at once. */
  readonly standby: boolean;
}

export interface SupervisorOptions extends SupervisorSettings {
  readonly launcher: SidecarLauncher;
  /** Reads and verifies the assets that are loaded into the sidecar. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  /** Confinement of the process by the operating system; requested before each start. */
  readonly lockdown: LockdownFactory;
  readonly clock: Clock;
  /** Snapshots to start interpreters from. */
  readonly snapshots?: Snapshots | undefined;
  /** Started interpreters kept ready in each process. */
  readonly spares: number;
  readonly crashLimit: CrashLimit;
  /** Free memory of the machine, in bytes. */
  readonly freeMemory: () => number;
  /** Snapshots for later runs, made where no run waits for them. */
  readonly improvement?: {
    /** Whether there is one to be made. */
    readonly isDue: () => boolean;
    /** Makes one in a process in which no guest is. Never rejects. */
    readonly make: (sidecar: SidecarClient, limitMs: number) => Promise<void>;
  };
  /** Runs something in a fresh interpreter of a standby process. */
  readonly warmUp: (sidecar: SidecarClient) => Promise<void>;
  /** Lets sessions come to their end before the idle time ends their process; null where there are none. Never rejects. */
  readonly finishSessions: () => Promise<void> | null;
  readonly events: SupervisorEvents;
}

/** What a supervisor tells its owner. */
export interface SupervisorEvents {
  readonly onState: (state: SandboxState) => void;
  readonly onStarted: (pid: number, role: ProcessRole, startMs: number) => void;
  readonly onPromoted: (pid: number) => void;
  /** Called once per process, when it is gone or was given up. */
  readonly onEnded: (sidecar: SidecarClient | undefined, role: ProcessRole, end: ProcessEnd) => void;
  readonly onMemory: (sidecar: SidecarClient, reading: MemoryReading) => void;
}
