/**
 * `npm run bench [-- --json | --save] [GROUP…]`: how long things take, each beside a baseline measured in the
 * same run, since machines are noisy. Nothing here is asserted.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { format, resolveConfig } from 'prettier';
import { version as pyodide } from 'pyodide';
import { buildIfStale, saveBaselineSnapshot } from '../scripts/build.ts';
import { provision } from '../scripts/provision.ts';
import { runAsCommand } from '../scripts/shared/command.ts';
import { logToStderr } from '../scripts/shared/log.ts';
import { projectRoot } from '../scripts/shared/project.ts';
import type { Group } from './measure.ts';
import { measureBaselines, type Baselines } from './naive.ts';
import { asMarkdown, asText, type Machine } from './report.ts';
import { calls } from './rows/calls.ts';
import { firstRun } from './rows/first-run.ts';
import { functions } from './rows/functions.ts';
import { lockdown } from './rows/lockdown.ts';
import { mcp } from './rows/mcp.ts';
import { memory } from './rows/memory.ts';
import { packages } from './rows/packages.ts';
import { peers } from './rows/peers.ts';
import { science } from './rows/science.ts';
import { starts } from './rows/starts.ts';
import { stopping } from './rows/stopping.ts';
import { window } from './rows/window.ts';
import { MIB } from '../src/shared/units.ts';

type Measure = (electron: string, baselines: Baselines) => Promise<Group>;

const GROUPS: Readonly<Record<string, Measure>> = {
  starts,
  calls,
  functions,
  mcp,
  stopping,
  memory,
  lockdown,
  packages,
  science,
  'first-run': firstRun,
  peers,
  window,
};

const machine = (electron: string): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryMiB: Math.round(totalmem() / MIB),
  system: `${type()} ${release()} ${process.arch}`,
  electron,
  node: process.versions.node,
  pyodide,
  date: new Date().toISOString().slice(0, 10),
});

await runAsCommand(async () => {
  const electron = await provision({ window: true, log: logToStderr });
  const { electronDist, electronPath, electronVersion } = electron;
  await buildIfStale(logToStderr);
  await saveBaselineSnapshot(electron, logToStderr);
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = electronDist;
  const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const unknown = named.find((name) => !Object.hasOwn(GROUPS, name));
  if (unknown !== undefined) {
    throw new Error(`there is no group ${unknown}; groups: ${Object.keys(GROUPS).join(', ')}`);
  }
  logToStderr('measuring the baselines …');
  const baselines = await measureBaselines(electronPath);
  const groups: Group[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (named.length > 0 && !named.includes(name)) continue;
    logToStderr(`measuring ${name} …`);
    groups.push(await measure(electronPath, baselines));
  }
  const about = machine(electronVersion);
  if (process.argv.includes('--save')) {
    const file = path.join(projectRoot, 'docs', 'benchmarks.md');
    const options = { ...(await resolveConfig(file)), filepath: file };
    await writeFile(file, await format(asMarkdown(about, groups), options));
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ machine: about, groups }));
  else {
    console.log(`${about.cpu}, ${about.cores} cores, Electron ${about.electron}, Node ${about.node}\n`);
    console.log(asText(groups));
  }
  return 0;
});
