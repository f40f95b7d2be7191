import os from 'node:os';
import process from 'node:process';
import * as electron from 'electron';
import type { DoctorOptions } from './doctor.ts';
import { MIB } from '../../shared/units.ts';

const KIB_PER_MIB = 1024;

export interface ElectronMachine {
  /** Where the application lies. */
  readonly appFolder: string;
  /** Where it keeps what it downloads and makes. */
  readonly dataFolder: string;
  readonly vivariumVersion: string;
  readonly pyodideVersion: string;
}

/** What the doctor tells of this computer. */
export const machineOfElectron = ({
  appFolder,
  dataFolder,
  pyodideVersion,
  vivariumVersion,
}: ElectronMachine): ReturnType<DoctorOptions['machine']> => ({
  system: {
    platform: process.platform,
    arch: process.arch,
    kernel: `${os.type()} ${os.release()}`,
    chromiumSandbox: !electron.app.commandLine.hasSwitch('no-sandbox'),
  },
  versions: {
    vivarium: vivariumVersion,
    electron: process.versions.electron,
    chromium: process.versions.chrome,
    v8: process.versions.v8,
    node: process.versions.node,
    pyodide: pyodideVersion,
  },
  memory: { machineMiB: os.totalmem() / MIB, freeMiB: os.freemem() / MIB },
  paths: {
    app: appFolder,
    data: dataFolder,
    temporary: os.tmpdir(),
  },
});

/** Resident memory of one of Electron's processes, in MiB. */
export const memoryOfProcess = (pid: number): number | null => {
  const metric = electron.app.getAppMetrics().find((candidate) => candidate.pid === pid);
  return metric === undefined ? null : metric.memory.workingSetSize / KIB_PER_MIB;
};
