import os from 'node:os';
import process from 'node:process';
import { MIB } from '../../shared/units.ts';
import { residentBytes } from '../base/process-table.ts';
import type { DoctorOptions } from './doctor.ts';

const NONE = 'none';

export interface NodeMachine {
  readonly vivariumVersion: string;
  readonly pyodideVersion: string;
  /** Where the runtime lies. */
  readonly assetsFolder: string;
  readonly dataFolder: string;
}

/** What the doctor tells of this computer where there is no Electron. */
export const machineOfNode = ({
  assetsFolder,
  dataFolder,
  pyodideVersion,
  vivariumVersion,
}: NodeMachine): ReturnType<DoctorOptions['machine']> => ({
  system: {
    platform: process.platform,
    arch: process.arch,
    kernel: `${os.type()} ${os.release()}`,
    chromiumSandbox: false,
  },
  versions: {
    vivarium: vivariumVersion,
    electron: NONE,
    chromium: NONE,
    v8: process.versions.v8,
    node: process.versions.node,
    pyodide: pyodideVersion,
  },
  memory: { machineMiB: os.totalmem() / MIB, freeMiB: os.freemem() / MIB },
  paths: { app: assetsFolder, data: dataFolder, temporary: os.tmpdir() },
});

/** Resident memory of a process, in MiB. */
export const memoryOfNodeProcess = (pid: number): number | null => {
  const bytes = residentBytes(pid);
  return bytes === null ? null : bytes / MIB;
};
