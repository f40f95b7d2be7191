import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr, type Log } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';
import { errorMessage, SetupError } from './shared/setup-error.ts';
import type { ElectronDist } from '../src/main/electron-files/electron-dist.ts';
import { thisMachine } from './provision/machine.ts';
import { obtainElectron } from './provision/obtain-electron.ts';
import { ensureSystemPackages } from './provision/system-packages.ts';

export interface ProvisionOptions {
  /** A window will be shown, so a display is needed too. */
  window: boolean;
  /** Read and hash every file of a cached Electron instead of looking at sizes and times. */
  thorough?: boolean;
  log: Log;
}

/** Makes sure that there is an Electron that can run here. Says everything through `log`. */
export async function provision(options: ProvisionOptions): Promise<ElectronDist> {
  const machine = thisMachine(options.log);
  const electron = await obtainElectron(machine, { thorough: options.thorough ?? false });
  await ensureSystemPackages(machine, { electronPath: electron.electronPath, window: options.window });
  return electron;
}

const USAGE = `Usage: npm run provision [-- --window] [--verify] | -- --wheels | -- --chromium
  --window  also make sure that windows can be shown
  --verify  read and check every file of an Electron that was prepared earlier
  --wheels  only fetch the Python packages that the tests and the benchmark use
  --chromium  only make sure that the system has a Chromium for the check of the guest core in it`;

function commandOptions(): Record<'window' | 'verify' | 'wheels' | 'chromium' | 'help', boolean> {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const flags = { window: flag, verify: flag, wheels: flag, chromium: flag };
    return parseArgs({ options: { ...flags, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new SetupError(`${errorMessage(error)}\n${USAGE}`);
  }
}

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    const { chromium, help, verify, wheels, window } = commandOptions();
    if (help) {
      logToStderr(USAGE);
      return 0;
    }
    if (wheels) {
      // Not imported above: every start goes through this file, and needs none of it.
      const { obtainWheels } = await import('./provision/wheels.ts');
      logToStderr(`the wheels for the tests are in ${await obtainWheels(thisMachine(logToStderr))}`);
      return 0;
    }
    if (chromium) {
      const { obtainChromium } = await import('./provision/chromium.ts');
      const { program, version } = await obtainChromium(thisMachine(logToStderr));
      logToStderr(`Chromium ${version} is ${program}`);
      return 0;
    }
    const electron = await provision({ window, thorough: verify, log: logToStderr });
    logToStderr(`Electron ${electron.electronVersion} (${electron.source}) in ${electron.electronDist}`);
    // Not imported above either: it is of use only where there is a build, which had no Electron yet.
    if (existsSync(path.join(projectRoot, 'out', 'main', 'cli.js'))) {
      const { saveBaselineSnapshot } = await import('./build.ts');
      await saveBaselineSnapshot(electron, logToStderr);
    }
    return 0;
  });
}
