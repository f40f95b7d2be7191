import type { RpcPort } from '../../../shared/rpc/port.ts';

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
