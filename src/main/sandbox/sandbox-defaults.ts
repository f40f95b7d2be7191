/** What holds for a sandbox whose configuration does not say it, and what can not be configured. */
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import type { CrashLimit } from './process/crash-window.ts';
import type { SupervisorSettings } from './process/supervisor-options.ts';
import type { SandboxConfig, SandboxSettings } from './sandbox-config.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

/** In ms. */
export const idleMsOf = ({ idleMs }: SandboxSettings): number =>
  idleMs ?? DEFAULTS.idleMinutes * MS_PER_MINUTE;

export const crashLimitOf = ({ crashLimit }: SandboxConfig): CrashLimit => crashLimit ?? DEFAULTS.crashLimit;

/** @throws RangeError for a number out of its bounds */
export const sparesOf = ({ spares = 0 }: SandboxConfig): number => {
  if (Number.isInteger(spares) && spares >= 0 && spares <= LIMITS.spares) return spares;
  throw new RangeError(`spares must be a whole number from 0 to ${LIMITS.spares}, not ${spares}`);
};

export const supervisorSettings = (settings: SandboxSettings): SupervisorSettings => ({
  memoryMiB: settings.memoryMiB,
  idleMs: idleMsOf(settings),
  standby: settings.standby ?? false,
});
