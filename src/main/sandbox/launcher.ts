import process from 'node:process';
import type { RpcPort } from '../../shared/rpc/port.ts';
import { isAlive, type ProcessIdentity } from './process-table.ts';

/** How a sidecar process ended, as far as the system tells. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** True when the engine or the system said that memory ran out. */
  readonly outOfMemory: boolean;
}

/** A running sidecar process. */
export interface SidecarProcess {
  readonly pid: number;
  /** The connection to its control thread. */
  readonly port: RpcPort;
  /** Resolves when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  /** Resident memory in bytes, or null where it can't be told. */
  residentBytes(): number | null;
  /** Asks the system, which may know more than `exited` does. */
  isAlive(): boolean;
  /** Ends the process at once, without asking it. Harmless when it is gone. */
  kill(): void;
}

/** Starts sidecar processes: under Electron, or as plain Node children. */
export interface SidecarLauncher {
  /** @throws Error when the process can't be started */
  launch(): Promise<SidecarProcess>;
}

/** All the environment that a sidecar gets. Never empty: Electron hands over the whole parent's then. */
export const SIDECAR_ENVIRONMENT: Readonly<Record<string, string>> = { VIVARIUM_SIDECAR: '1' };

export const NO_CODE_FROM_STRINGS = '--disallow-code-generation-from-strings';

/** SIGKILL to this very process, if it is still there. */
export const killProcess = (identity: ProcessIdentity): void => {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, 'SIGKILL');
  } catch {
    // Gone is what was wanted.
  }
};
