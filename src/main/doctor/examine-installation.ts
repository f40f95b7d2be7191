import process from 'node:process';
import type { DoctorReport } from '../../shared/contract/doctor.ts';
import { lockdownOrder } from '../runtime/lockdown-binding.ts';
import { loadPythonSeries } from '../runtime/python-series.ts';
import { loadRuntimeAssets } from '../runtime/runtime-assets.ts';
import type { BuiltFiles } from '../runtime/runtime-locations.ts';
import type { SidecarLauncher } from '../sandbox/process/launcher.ts';
import { dataLimitMiBFor, processLimitBytes } from '../sandbox/process/memory-budget.ts';
import { Doctor, type DoctorOptions } from './doctor.ts';

export interface InstallationExamination extends Pick<DoctorOptions, 'machine' | 'memoryMiB' | 'memoryOf'> {
  readonly files: BuiltFiles;
  readonly launcher: (script: string) => SidecarLauncher;
  /** False to see what the probes reach when the operating system refuses nothing. */
  readonly lockdown: boolean;
}

/**
 * Looks at the isolation of the built files as they lie here.
 *
 * @throws Error when nothing could be found out
 */
export const examineInstallation = (options: InstallationExamination): Promise<DoctorReport> => {
  const { files, launcher, lockdown, machine, memoryMiB, memoryOf } = options;
  const orderLockdown = lockdownOrder(files.binding);
  const dataLimitMiB = dataLimitMiBFor(processLimitBytes(memoryMiB));
  return new Doctor({
    launcher: launcher(files.probeSidecar),
    loadAssets: () => loadRuntimeAssets(files.runtime),
    pythonVersion: () => loadPythonSeries(files.runtime),
    lockdown: async () => ({ ...(await orderLockdown(dataLimitMiB)), enabled: lockdown }),
    pid: process.pid,
    memoryMiB,
    memoryOf,
    machine,
  }).examine();
};
