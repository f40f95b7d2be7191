import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.ts';
import { builderConfig, type PackagedElectron } from './package/builder-config.ts';
import { provision } from './provision.ts';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';
import { errorMessage, SetupError } from './shared/setup-error.ts';

const USAGE = `Usage: npm run package [-- --installers]
  --installers  also make what is handed out: AppImage and deb, dmg and zip, or an installer for Windows`;

export interface PackageOptions {
  readonly electron: PackagedElectron;
  readonly installers: boolean;
  /** Where the packages are put. */
  readonly folder: string;
}

/**
 * Packs the built app for this platform, with that Electron.
 *
 * @returns where the unpacked app lies
 */
export async function packageApp({ electron, folder, installers }: PackageOptions): Promise<string> {
  // Not imported above: it takes a second, and most of it is for other platforms.
  const { build, Platform } = await import('electron-builder');
  const platform = Platform.current();
  await build({
    projectDir: projectRoot,
    targets: platform.createTarget(installers ? null : 'dir'),
    publish: 'never',
    config: builderConfig(electron, folder),
  });
  return path.join(folder, `${platform.buildConfigurationKey}-unpacked`);
}

function commandOptions(): { installers: boolean } {
  try {
    return parseArgs({ options: { installers: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new SetupError(`${errorMessage(error)}\n${USAGE}`);
  }
}

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    const options = commandOptions();
    const electron = await provision({ window: false, log: logToStderr });
    await buildIfStale(logToStderr);
    logToStderr(`packing the app with Electron ${electron.electronVersion} …`);
    const folder = await packageApp({ ...options, electron, folder: path.join(projectRoot, 'dist') });
    logToStderr(`the app is in ${folder}`);
    return 0;
  });
}
