import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildIfStale } from './build.ts';
import { provision } from './provision.ts';
import type { ElectronDist } from '../src/main/electron-files/electron-dist.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { dependencyFolder, projectRoot } from './shared/project.ts';
import { lastWords, runProgram } from './shared/run-program.ts';
import { SetupError } from './shared/setup-error.ts';
import { describeNotRun, readNotRun } from './test/not-run-list.ts';
import { totalsLine } from './test/totals.ts';

await runAsCommand(async () => {
  const electron = await provision({ window: true, log: logToStderr });
  await buildIfStale(logToStderr);
  const version = await runningVersion(electron);
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-test-'));
  try {
    const notRun = path.join(folder, 'not-run.txt');
    const report = path.join(folder, 'report.json');
    await writeFile(notRun, '');
    const code = await runVitest(electron, { notRun, report });
    console.log(`Electron that ran: ${version} (${electron.source})`);
    for (const line of describeNotRun(readNotRun(notRun))) console.log(line);
    console.log(totalsLine(await readReport(report)));
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

function runVitest(electron: ElectronDist, files: { notRun: string; report: string }): Promise<number> {
  const given = process.argv.slice(2);
  const namesProject = given.some((arg) => arg === '--project' || arg.startsWith('--project='));
  const args = [
    path.join(dependencyFolder('vitest'), 'vitest.mjs'),
    'run',
    ...(namesProject ? [] : ['--project', 'unit', '--project', 'integration']),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${files.report}`,
    ...given,
  ];
  const env = {
    ...process.env,
    ELECTRON_OVERRIDE_DIST_PATH: electron.electronDist,
    VIVARIUM_NOT_RUN_FILE: files.notRun,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

async function readReport(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text);
  throw new SetupError('vitest ended without a report: what it printed above says why.');
}
