import type { RpcPort } from '../../../shared/rpc/port.ts';

/** How a sidecar process ended, as far as the system reports it. */
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
  /** Resident memory in bytes, or null where it is not known. */
  residentBytes(): number | null;
  /** Memory that the kernel counts against the cap of the process, in bytes; null, or absent, where it is not known. */
  dataBytes?(): number | null;
  /** Whether the process is in the system's process table, which may be ahead of `exited`. */
  isAlive(): boolean;
  /** Ends the process at once, without asking it. Harmless when it is gone. */
  kill(): void;
}
