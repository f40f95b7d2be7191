import type { Config } from '../../shared/config/config.ts';
import type { SandboxSettings } from '../sandbox/sandbox-config.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

/** The settings that apply to a sandbox as a whole; the time limit is part of each run. */
export const sandboxSettings = ({ sandbox }: Config): Required<SandboxSettings> => ({
  memoryMiB: sandbox.memoryMiB,
  outputKiB: sandbox.outputKiB,
  idleMs: sandbox.idleMinutes * MS_PER_MINUTE,
  standby: sandbox.standby,
});
