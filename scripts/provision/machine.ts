import { dependencyFolder } from '../shared/project.ts';
import { runProgram, type RunProgram } from '../shared/run-program.ts';
import type { Log } from '../shared/log.ts';
import { cacheFolder } from '../../src/main/electron-files/cache-folder.ts';

/** Everything provisioning asks of the computer it runs on; tests pass another one. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: NodeJS.Architecture;
  isRoot: boolean;
  isTerminal: boolean;
  env: NodeJS.ProcessEnv;
  run: RunProgram;
  log: Log;
  /** The folder of Vivarium's own downloads. */
  cacheDir: string;
  /** The folder of the installed `electron` package. */
  electronPackageDir: string;
}

export function thisMachine(log: Log): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    isRoot: process.getuid?.() === 0,
    isTerminal: process.stderr.isTTY,
    env: process.env,
    run: runProgram,
    log,
    cacheDir: cacheFolder(process.env),
    electronPackageDir: dependencyFolder('electron'),
  };
}
