import type { RpcPort } from '../../shared/rpc/port.ts';

/** How a sidecar process ended, as far as the system tells. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running sidecar process. */
export interface SidecarProcess {
  readonly pid: number;
  /** The connection to its control thread. */
  readonly port: RpcPort;
  /** Resolves when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  /** Ends the process at once, without asking it. */
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

/** SIGKILL to a process that may be gone already. */
export const killByPid = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone is what was wanted.
  }
};
