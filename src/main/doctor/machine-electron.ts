import { createRequire } from 'node:module';
import os from 'node:os';
import process from 'node:process';
import { app } from 'electron';
import { z } from 'zod';
import type { DoctorOptions } from './doctor.ts';
import { MIB } from '../../shared/units.ts';

const KIB_PER_MIB = 1024;

const PackageManifest = z.object({ version: z.string() });

const pyodideVersion = (): string =>
  PackageManifest.parse(createRequire(import.meta.url)('pyodide/package.json')).version;

/**
 * What the doctor tells of this computer.
 *
 * @param appFolder where the application lies
 * @param dataFolder where it keeps what it downloads and makes
 */
export const machineOfElectron = (
  appFolder: string,
  dataFolder: string,
): ReturnType<DoctorOptions['machine']> => ({
  system: {
    platform: process.platform,
    arch: process.arch,
    kernel: `${os.type()} ${os.release()}`,
    chromiumSandbox: !app.commandLine.hasSwitch('no-sandbox'),
  },
  versions: {
    vivarium: app.getVersion(),
    electron: process.versions.electron,
    chromium: process.versions.chrome,
    v8: process.versions.v8,
    node: process.versions.node,
    pyodide: pyodideVersion(),
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
  const metric = app.getAppMetrics().find((candidate) => candidate.pid === pid);
  return metric === undefined ? null : metric.memory.workingSetSize / KIB_PER_MIB;
};
