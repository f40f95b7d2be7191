import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale, saveBaselineSnapshot } from './build.ts';
import { builderConfig, type PackagedElectron } from './package/builder-config.ts';
import { packMcpBundle, serverEntry, type McpBundleOptions } from './package/mcp-bundle.ts';
import { provision } from './provision.ts';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';
import { errorMessage, SetupError } from './shared/setup-error.ts';

const USAGE = `Usage: npm run package [-- --installers] [--mcp] [--address URL]
  --installers   also make what is handed out: AppImage and deb, dmg and zip, or an installer for Windows
  --mcp          make the bundle for clients of the Model Context Protocol (.mcpb) instead
  --address URL  with --mcp: where the bundle will be, for server.json, which is made then`;

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

interface CommandOptions {
  readonly installers: boolean;
  readonly mcp: boolean;
  readonly address?: string | undefined;
}

function commandOptions(): CommandOptions {
  try {
    const { values } = parseArgs({
      options: {
        installers: { type: 'boolean', default: false },
        mcp: { type: 'boolean', default: false },
        address: { type: 'string' },
      },
    });
    if (values.address !== undefined && !(values.mcp && /^https:\/\/\S+$/u.test(values.address)))
      throw new SetupError('--address is a web address (https://…) and goes with --mcp');
    return values;
  } catch (error) {
    throw new SetupError(`${errorMessage(error)}\n${USAGE}`);
  }
}

async function packForMcp(options: McpBundleOptions, address: string | undefined): Promise<void> {
  logToStderr('packing the bundle for clients of the Model Context Protocol …');
  const bundle = await packMcpBundle(options);
  logToStderr(`the bundle is ${bundle}`);
  if (address === undefined) return;
  const file = path.join(options.folder, 'server.json');
  await writeFile(file, `${JSON.stringify(await serverEntry(bundle, address), null, 2)}\n`);
  logToStderr(`its entry for the registry of servers is ${file}`);
}

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    const { address, installers, mcp } = commandOptions();
    const electron = await provision({ window: false, log: logToStderr });
    await buildIfStale(logToStderr);
    await saveBaselineSnapshot(electron, logToStderr);
    const folder = path.join(projectRoot, 'dist');
    if (mcp) {
      await packForMcp({ electronDist: electron.electronDist, folder }, address);
      return 0;
    }
    logToStderr(`packing the app with Electron ${electron.electronVersion} …`);
    logToStderr(`the app is in ${await packageApp({ installers, electron, folder })}`);
    return 0;
  });
}
