import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ElectronDist {
  electronDist: string;
  electronPath: string;
  electronVersion: string;
  source: 'override' | 'official' | 'closed-network';
}

/** Where the program lies in an unpacked Electron, as the `electron` package has it too. */
export function executableName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

function readVersion(dist: string): string | undefined {
  try {
    const version = readFileSync(path.join(dist, 'version'), 'utf8').trim().replace(/^v/, '');
    return version === '' ? undefined : version;
  } catch {
    return undefined;
  }
}

/** Describes an unpacked Electron; undefined when its program or its version file is missing. */
export function describeDist(
  dist: string,
  platform: NodeJS.Platform,
  source: ElectronDist['source'],
): ElectronDist | undefined {
  const electronPath = path.join(dist, executableName(platform));
  const electronVersion = readVersion(dist);
  if (electronVersion === undefined || !existsSync(electronPath)) return undefined;
  return { electronDist: dist, electronPath, electronVersion, source };
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
