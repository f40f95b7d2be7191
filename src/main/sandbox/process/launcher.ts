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
 * The environment of a sidecar on this computer: with the time zone that the user has set by a variable, since code finds
 * the time as it is here. Otherwise the engine finds the system's zone by itself.
 *
 * @param zone value of the user's TZ; one that is no name of a zone is left out
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

/** A process that was spawned and has not reported its start yet. */
export interface StartingProcess {
  readonly pid?: number | undefined;
  once(event: 'spawn', listener: () => void): unknown;
}

/**
 * The operations that work alike for every kind of process, once it has started.
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
