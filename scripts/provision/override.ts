import path from 'node:path';
import { isExecutable } from '../shared/find-program.ts';
import { SetupError } from '../shared/setup-error.ts';
import { describeDist, executableName, type ElectronDist } from './electron-dist.ts';
import type { Machine } from './machine.ts';

/** The Electron that ELECTRON_OVERRIDE_DIST_PATH names, checked. */
export function overrideElectron(machine: Machine): ElectronDist | undefined {
  const named = machine.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named === undefined || named === '') return undefined;
  const found = describeDist(path.resolve(named), machine.platform, 'override');
  if (found !== undefined && isExecutable(found.electronPath)) return found;
  throw new SetupError(
    `ELECTRON_OVERRIDE_DIST_PATH is ${named}, but that folder is not an unpacked Electron: it needs the files ` +
      `"version" and an executable "${executableName(machine.platform)}". Correct the path, or unset the variable.`,
  );
}
