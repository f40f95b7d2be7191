import { buildIfStale, saveBaselineSnapshot } from './build.ts';
import { provision } from './provision.ts';
import type { ElectronDist } from '../src/main/electron-files/electron-dist.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { lastWords, runProgram } from './shared/run-program.ts';
import { SetupError } from './shared/setup-error.ts';
import { describeFailures, describeNotRun, describeRetried, totalsLine } from './test/outcome.ts';
import { provisionWheels } from './test/provision-wheels.ts';
import { runVitest } from './test/run-vitest.ts';

await runAsCommand(async () => {
  const electron = await provision({ window: true, log: logToStderr });
  await provisionWheels(logToStderr);
  await buildIfStale(logToStderr);
  await saveBaselineSnapshot(electron, logToStderr);
  const version = await runningVersion(electron);
  const given = process.argv.slice(2);
  const namesProject = given.some((arg) => arg === '--project' || arg.startsWith('--project='));
  const { outcome, isGood } = await runVitest({
    node: process.execPath,
    args: [...(namesProject ? [] : ['--project', 'unit', '--project', 'integration']), ...given],
    env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: electron.electronDist },
  });
  console.log(`Electron that ran: ${version} (${electron.source})`);
  for (const describe of [describeNotRun, describeRetried, describeFailures])
    for (const line of describe(outcome)) console.log(line);
  console.log(totalsLine([outcome]));
  return isGood ? 0 : 1;
});

/** Asked of the program itself, not of a file beside it. */
async function runningVersion(electron: ElectronDist): Promise<string> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const result = await runProgram(electron.electronPath, ['-p', 'process.versions.electron'], { env });
  if (result.code === 0) return result.stdout.trim();
  throw new SetupError(
    `${electron.electronPath} does not start. Run "npm run provision -- --verify". It said:\n${lastWords(result)}`,
  );
}
