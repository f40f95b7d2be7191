import process from 'node:process';
import type { RpcPort } from '../../../shared/rpc/port.ts';
import {
  dataBytes,
  identify,
  isAlive,
  residentBytes,
  type ProcessIdentity,
} from '../../base/process-table.ts';

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
  /** What the kernel counts against its cap of the process, in bytes; null, or absent, where it can't be told. */
  dataBytes?(): number | null;
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

/** A process that is only being started, by whatever means. */
export interface StartingProcess {
  readonly pid?: number | undefined;
  once(event: 'spawn', listener: () => void): unknown;
}

/**
 * What can be done with any process, once it has started.
 *
 * @param failed resolves when it won't start any more
 * @throws Error when it does not start
 */
export const whenStarted = async (
  child: StartingProcess,
  failed: Promise<unknown>,
): Promise<Omit<SidecarProcess, 'exited' | 'port'>> => {
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('spawn', () => {
      if (child.pid === undefined) reject(new Error('the sidecar process has no pid'));
      else resolve(child.pid);
    });
    void failed.then(() => reject(new Error('the sidecar process ended before it had started')));
  });
  const identity = identify(pid);
  return {
    pid,
    residentBytes: () => residentBytes(pid),
    dataBytes: () => dataBytes(pid),
    isAlive: () => isAlive(identity),
    kill: () => killProcess(identity),
  };
};
