import { homedir } from 'node:os';
import path from 'node:path';

export interface DataFolderHints {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

const thisComputer = (): DataFolderHints => ({
  env: process.env,
  platform: process.platform,
  home: homedir(),
});

/**
 * Where Vivarium keeps what belongs to its user, the same for the app, the command line and the library.
 * `VIVARIUM_DATA_DIR` overrides it; otherwise it lies below what Electron calls `appData`.
 */
export function dataFolder(hints: DataFolderHints = thisComputer()): string {
  const override = hints.env['VIVARIUM_DATA_DIR'];
  if (override !== undefined && override !== '') return path.resolve(override);
  return path.join(appData(hints), 'vivarium');
}

function appData({ env, platform, home }: DataFolderHints): string {
  switch (platform) {
    case 'win32':
      return nonEmpty(env['APPDATA']) ?? path.join(home, 'AppData', 'Roaming');
    case 'darwin':
      return path.join(home, 'Library', 'Application Support');
    default:
      return nonEmpty(env['XDG_CONFIG_HOME']) ?? path.join(home, '.config');
  }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
