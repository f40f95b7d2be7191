import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.ts';
import { provision } from './provision.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { projectRoot } from './shared/project.ts';

const cli = path.join(projectRoot, 'out', 'main', 'cli.js');
const args = process.argv.slice(2);

await runAsCommand(async () => {
  if (!needsNoElectron(args)) {
    const electron = await provision({ window: args.length === 0, log: logToStderr });
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] = electron.electronDist;
  }
  await buildIfStale(logToStderr);
  // The same process goes on as the command line, so that Ctrl-C reaches it as it would reach any program.
  process.argv = [process.execPath, cli, ...args];
  await import(pathToFileURL(cli).href);
  return typeof process.exitCode === 'number' ? process.exitCode : 0;
});

/** Help and version are answered without Electron: nobody should have to wait for a download of it. */
function needsNoElectron([first, second, ...more]: readonly string[]): boolean {
  if (first === undefined) return false;
  if (['-h', '--help', 'help', '-V', '--version'].includes(first)) return true;
  return more.length === 0 && (second === '-h' || second === '--help');
}
