import path from 'node:path';
import { electronEnvironment, sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import { provision } from '../provision.ts';
import { thisMachine } from '../provision/machine.ts';
import { NODE_MAJORS } from '../provision/node-engine-pins.ts';
import { obtainNodeEngines } from '../provision/node-engines.ts';
import { logToStderr } from '../shared/log.ts';
import { ELECTRON, type EngineName } from './arguments.ts';

/** A program that can be the sandbox's main process. */
export interface SoakEngine {
  readonly title: string;
  readonly driver: 'electron-driver' | 'node-driver';
  /** @param folder the bundled driver's */
  readonly command: (folder: string) => readonly [program: string, ...args: string[]];
  readonly env: NodeJS.ProcessEnv;
}

/** All before the first part: a download that fails should not be told after hours. */
export const obtainSoakEngines = async (names: readonly EngineName[]): Promise<SoakEngine[]> => {
  const engines: SoakEngine[] = [];
  if (names.includes(ELECTRON)) engines.push(await electronEngine());
  const majors = NODE_MAJORS.filter((major) => names.includes(major));
  const nodes = await obtainNodeEngines(thisMachine(logToStderr), majors, logToStderr);
  for (const { program, versions } of nodes) {
    engines.push({
      title: `Node ${versions.node}`,
      driver: 'node-driver',
      command: (folder) => [program, path.join(folder, 'main.mjs')],
      env: process.env,
    });
  }
  return engines;
};

const electronEngine = async (): Promise<SoakEngine> => {
  const { electronPath, electronVersion } = await provision({ window: false, log: logToStderr });
  return {
    title: `Electron ${electronVersion}`,
    driver: 'electron-driver',
    command: (folder) => [
      electronPath,
      ...sandboxSwitches(),
      ...(process.platform === 'linux' ? ['--ozone-platform=headless'] : []),
      '--no-proxy-server',
      `--user-data-dir=${path.join(folder, 'chromium')}`,
      folder,
    ],
    env: electronEnvironment(),
  };
};
