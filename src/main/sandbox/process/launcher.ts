import { dataBytes, identify, isAlive, killProcess, residentBytes } from '../../base/process-table.ts';
import type { SidecarProcess } from '../sidecar/sidecar-process.ts';

/** Starts sidecar processes: under Electron, or as plain Node children. */
export interface SidecarLauncher {
  /** @throws Error when the process can't be started */
  launch(): Promise<SidecarProcess>;
}

/** What every sidecar has in its environment. Not empty, since Electron lets a process inherit the parent's environment then. */
export const SIDECAR_ENVIRONMENT: Readonly<Record<string, string>> = { VIVARIUM_SIDECAR: '1' };

/**
 * The environment of a sidecar. It passes the time zone on that the user has set by a variable; without one the engine
 * uses the system's zone.
 *
 * @param zone value of the user's TZ; ignored unless it is the name of a zone
 */
export const sidecarEnvironment = (zone = process.env['TZ']): Record<string, string> => {
  const environment = { ...SIDECAR_ENVIRONMENT };
  if (zone === undefined || !ZONE_NAME.test(zone)) return environment;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    return environment;
  }
  return { ...environment, TZ: zone };
};

const ZONE_NAME = /^[A-Za-z][\w+/-]{0,63}$/u;

export const NO_CODE_FROM_STRINGS = '--disallow-code-generation-from-strings';

/** A process that was spawned and has not reported yet that it started. */
export interface StartingProcess {
  readonly pid?: number | undefined;
  once(event: 'spawn', listener: () => void): unknown;
}

/**
 * A started process with the operations that are the same for all kinds of processes.
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
