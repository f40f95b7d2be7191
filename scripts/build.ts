import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ElectronDist } from '../src/main/electron-files/electron-dist.ts';
import { findElectron, type ElectronSearch } from '../src/main/electron-files/find-electron.ts';
import { ensureBaselineSnapshot } from './build/baseline-snapshot.ts';
import { buildProject, buildProjectIfStale, type BuildProject } from './build/build-project.ts';
import { isCommand, runAsCommand } from './shared/command.ts';
import { logToStderr, type Log } from './shared/log.ts';
import { thisMachine } from './provision/machine.ts';
import { dependencyFolder, projectRoot } from './shared/project.ts';
import { runProgram } from './shared/run-program.ts';
import { errorMessage, SetupError } from './shared/setup-error.ts';

/** Builds Vivarium into out/ unless that was made from these very sources; true when it did. */
export function buildIfStale(log: Log): Promise<boolean> {
  return buildProjectIfStale(vivarium(log));
}

/** See `ensureBaselineSnapshot`; the build must be there. */
export function saveBaselineSnapshot(electron: ElectronDist, log: Log): Promise<void> {
  return ensureBaselineSnapshot({ root: projectRoot, electron, log, run: runProgram });
}

const reasonOf = (search: Exclude<ElectronSearch, { kind: 'found' }>): string =>
  search.kind === 'refused'
    ? search.reason
    : `${search.damaged ?? 'there is no Electron yet'}: "npm run provision" prepares it, and saves one`;

function vivarium(log: Log): BuildProject {
  return { root: projectRoot, log, bundle: runElectronVite };
}

// A child, because the bundler prints to stdout, which belongs to the command that is about to run.
function runElectronVite() {
  const electronVite = path.join(dependencyFolder('electron-vite'), 'bin', 'electron-vite.js');
  return runProgram(process.execPath, [electronVite, 'build'], {
    cwd: projectRoot,
    // What it says is shown later and maybe elsewhere.
    env: { ...process.env, NO_COLOR: '1' },
  });
}

function commandOptions(): { 'if-stale': boolean } {
  try {
    return parseArgs({ options: { 'if-stale': { type: 'boolean', default: false } } }).values;
  } catch (error) {
    throw new SetupError(`${errorMessage(error)}\nUsage: npm run build [-- --if-stale]`);
  }
}

if (isCommand(import.meta.url)) {
  await runAsCommand(async () => {
    if (commandOptions()['if-stale']) {
      if (!(await buildIfStale(logToStderr))) logToStderr('nothing to build: out/ is up to date');
    } else await buildProject(vivarium(logToStderr));
    const search = await findElectron(thisMachine(logToStderr));
    if (search.kind === 'found') await saveBaselineSnapshot(search.electron, logToStderr);
    else logToStderr(`no started interpreter was saved: ${reasonOf(search)}`);
    return 0;
  });
}
