/** The app as it is handed out: packed, its fuses blown, started once, with Python run in it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageApp } from '../../../scripts/package.ts';
import { installedElectron, sandboxSwitches } from '../../../src/main/cli/host/electron-command.ts';
import { DoctorReport } from '../../../src/shared/contract/doctor.ts';
import { describeDist } from '../../../src/main/electron-files/electron-dist.ts';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { untilNone, processesMarked, canSeeProcesses } from '../../support/processes.ts';
import { pageOfPackedApp } from '../../support/packed-app.ts';
import { openVirtualDisplay, type VirtualDisplay } from '../../support/virtual-display.ts';
import { enablePython } from '../../support/vivarium-window.ts';

/** As fuses stand in the program. */
const [OFF, ON] = ['0', '1'].map((digit) => digit.charCodeAt(0));

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-packaged-'));
const dataFolder = path.join(folder, 'data');

const archiveOf = (app: string): string => path.join(app, 'resources', 'app.asar');

const filesIn = (archive: string): string[] =>
  listPackage(archive, { isPack: false }).map((name) => name.split(path.sep).slice(1).join('/'));

let display: VirtualDisplay;
let appFolder: string;
let executable: string;
let app: ChildProcess;
let page: Page;

beforeAll(async () => {
  display = await openVirtualDisplay();
  const dist = describeDist(path.dirname(await installedElectron()), process.platform, 'override');
  if (dist === undefined) throw new Error('there is no Electron to pack the app with');
  appFolder = await packageApp({ electron: dist, installers: false, folder });
  executable = path.join(appFolder, 'vivarium');
  app = spawn(executable, [...sandboxSwitches(), '--remote-debugging-port=0'], {
    env: { ...process.env, DISPLAY: display.name, VIVARIUM_DATA_DIR: dataFolder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  page = await pageOfPackedApp(app);
  await page.waitForFunction(() => 'api' in globalThis);
});

afterAll(async () => {
  const ended = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGTERM');
  await ended;
  if (canSeeProcesses) await untilNone(() => processesMarked(dataFolder));
  await display.close();
  rmSync(folder, { recursive: true, force: true });
});

it('has nothing but the app’s own page on its own origin', async () => {
  expect(page.url()).toBe('vivarium://app/index.html');
  const info = await page.evaluate(() => globalThis.api.app.info());
  expect(info).toMatchObject({ ok: true, value: { packaged: true, dataFolder } });
});

it('runs Python, without anything having been fetched', async () => {
  await enablePython(page);
  const answer = await page.evaluate(() =>
    globalThis.api.sandbox.run({ code: 'import sys; (sys.platform, 6 * 7)' }, { runId: 'first' }),
  );
  expect(answer).toMatchObject({ ok: true, value: { status: 'ok', value: { text: "('emscripten', 42)" } } });
});

it('starts from the snapshot in the archive', () => {
  const archive = archiveOf(appFolder);
  const [shipped = ''] = filesIn(archive).filter((name) => name.endsWith('.snapshot'));
  const kept = readdirSync(dataFolder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => path.basename(name) === path.basename(shipped),
  );
  expect(kept).toHaveLength(1);
  const [copy, original] = [
    readFileSync(path.join(dataFolder, kept[0] ?? '')),
    extractFile(archive, shipped),
  ];
  expect(copy.equals(original)).toBe(true);
});

it('calls tools of a server of the Model Context Protocol', async () => {
  const list = path.join(folder, 'servers.json');
  const server = path.resolve(import.meta.dirname, '../../support/desk-server.mjs');
  const desk = { command: process.execPath, args: [server], confirm: 'allow' };
  writeFileSync(list, JSON.stringify({ mcpServers: { desk } }));
  const answer = await page.evaluate(async (file) => {
    await globalThis.api.config.set('tools.file', file);
    await globalThis.api.tools.reload();
    const status = await globalThis.api.tools.status();
    const servers = status.ok ? status.value.servers : [];
    await globalThis.api.config.set(
      'tools.on',
      servers.map(({ declared, name }) => ({ name, declared })),
    );
    return globalThis.api.sandbox.run(
      { code: 'from host import desk\ndesk.add(a=40, b=2)' },
      { runId: 'tool' },
    );
  }, list);
  expect(answer).toMatchObject({
    ok: true,
    value: { status: 'ok', value: { json: { sum: 42 } }, calls: [{ name: 'desk.add', outcome: 'ok' }] },
  });
});

it('has every layer of the isolation', async () => {
  const answer = await page.evaluate(() => globalThis.api.doctor.examine());
  const report = DoctorReport.parse(answer.ok ? answer.value : null);
  expect(report.layers.filter(({ expected, status }) => expected && status !== 'active')).toEqual([]);
});

describe('the fuses', () => {
  it('are blown', async () => {
    const wire = await getCurrentFuseWire(executable);
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    expect(on.map((fuse) => wire[fuse])).toEqual(on.map(() => ON));
    expect(off.map((fuse) => wire[fuse])).toEqual(off.map(() => OFF));
  });

  it('hold: an environment variable does not make the app run as Node', async () => {
    const env = {
      ...process.env,
      DISPLAY: display.name,
      // The instance that runs is told, and this one goes: the app, not Node.
      VIVARIUM_DATA_DIR: dataFolder,
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--require /nowhere.js',
    };
    const said = await runProgram(executable, ['-p', '"as " + "node"', ...sandboxSwitches()], { env });
    expect([said.code, said.stdout]).toEqual([0, '']);
  });
});

describe('the packaged app', () => {
  it('has the build and what that needs at run time', () => {
    const archive = archiveOf(appFolder);
    const names = filesIn(archive);
    expect(names).toEqual(
      expect.arrayContaining([
        'out/main/index.js',
        'out/preload/index.cjs',
        'out/renderer/index.html',
        'out/utility/sidecar.cjs',
        'out/utility/pyodide/pyodide.asm.wasm',
        'LICENSE',
        'NOTICE',
      ]),
    );
    const surplus =
      /^(?:src|tests|scripts|docs|bench|locales)\/|\.map$|\.ts$|^node_modules\/(?:electron|typescript|vite|playwright-core)\//u;
    expect(names.filter((name) => surplus.test(name))).toEqual([]);
    expect(JSON.parse(extractFile(archive, 'package.json').toString('utf8'))).toMatchObject({
      name: 'vivarium',
    });
  });

  it('is in the archive, except for the native binding', () => {
    const resources = path.join(appFolder, 'resources');
    expect(readdirSync(resources).sort()).toEqual(['app.asar', 'app.asar.unpacked']);
    const loose = readdirSync(path.join(resources, 'app.asar.unpacked'), {
      recursive: true,
      withFileTypes: true,
    });
    const scripts = loose.filter((entry) => entry.isFile() && !entry.parentPath.includes('@koromix'));
    expect(scripts.map(({ name }) => name)).toEqual([]);
  });
});
