import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PackageSourceOptions } from '../../../../src/main/cli/commands/package-source-options.ts';
import type { PackageTool } from '../../../../src/main/cli/commands/package-tool.ts';
import { removeOldStores } from '../../../../src/main/packages/store/old-stores.ts';
import { storeFolder } from '../../../../src/main/packages/store/store-folder.ts';
import { eventually } from '../../../support/eventually.ts';
import { hang, testServer } from '../../packages/support/test-server.ts';
import {
  PYODIDE,
  settingsFor,
  storedAt,
  wheel,
  WHEELS,
  world,
  type World,
} from '../../packages/support/world.ts';
import { cli, start, type Outcome } from '../harness.ts';

const imagesOf = (small: World): string =>
  path.join(storeFolder(small.data, PYODIDE), 'snapshots', 'packages');

/** The tool as the program opens it, over a small world. */
const toolsOf =
  (small: World) =>
  async ({ mirror, pack }: PackageSourceOptions): Promise<PackageTool> => ({
    ...small.open({
      settings: settingsFor(mirror ?? small.mirror),
      ...(pack === undefined ? {} : { pack }),
    }),
    pyodideVersion: PYODIDE,
    removeOld: () => removeOldStores(small.data, PYODIDE),
    removeImages: () => rm(imagesOf(small), { recursive: true, force: true }),
  });

function commands(small: World = world({ further: [wheel('sheet', { depends: ['frame'] })] })) {
  const setup = { openPackages: toolsOf(small), cwd: small.folder };
  return {
    small,
    run: (...argv: string[]): Promise<Outcome> => cli(['packages', ...argv], setup),
    json: async (...argv: string[]): Promise<unknown> =>
      JSON.parse((await cli(['packages', ...argv, '--json'], setup)).stdout),
    terminal: (...argv: string[]): Promise<Outcome> =>
      cli(['packages', ...argv], { ...setup, stderrIsTty: true }),
  };
}

test('install, list, verify and clear', async () => {
  const { run, small } = commands();
  const installed = await run('install', 'plot');
  expect(installed).toMatchObject({ code: 0, opened: [] });
  expect(installed.stdout).toMatch(
    /^numbers 1\.0\nframe 1\.0\nplot 1\.0\n3 packages are installed and checked, /u,
  );
  // A pipe gets a line for each file, and nothing that moves a cursor.
  expect(installed.stderr).toMatch(/^(?:[123]\/3 {2}[\d.]+ MB {2}[a-z]+\n){3}$/u);

  expect((await run('list')).stdout).toMatch(
    /^frame 1\.0 .*\nnumbers 1\.0 .*\nplot 1\.0 .*\n3 packages are installed/u,
  );
  expect((await run('list', '--all')).stdout).toMatch(/loop-a 1\.0 {2}\(not installed\)/u);
  expect(await run('verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^3 files were checked, .*: 0 damaged, 0 missing\n$/u) as string,
    stderr: '',
  });
  mkdirSync(imagesOf(small), { recursive: true });
  expect((await run('clear')).stdout).toMatch(/^removed 3 files, /u);
  expect(existsSync(imagesOf(small))).toBe(false);
  expect((await run('list')).stdout).toMatch(/^0 packages are installed/u);
});

test('with --json there is one document on stdout, also when it fails', async () => {
  const { json, small } = commands();
  expect(await json('install', 'sheet')).toMatchObject({
    packages: [{ name: 'numbers' }, { name: 'frame' }, { name: 'sheet', origin: 'user', version: '1.0' }],
  });
  expect(await json('list')).toMatchObject({
    pyodide: PYODIDE,
    folder: small.store,
    packages: [{ name: 'frame', installed: true }, { name: 'numbers' }, { name: 'sheet' }],
  });
  expect(await json('verify')).toMatchObject({ files: 3, damaged: [], missing: [], repaired: [] });
  expect(await json('install', 'nothing-like-it')).toEqual({
    error: {
      code: 'unknown-package',
      message: expect.stringMatching(/"nothing-like-it"/u) as string,
      package: 'nothing-like-it',
    },
  });
  expect(await json('clear')).toMatchObject({ files: 3, oldVersions: [] });
});

test('damage is found, named and repaired', async () => {
  const { run, json, small } = commands();
  await run('install', 'plot');
  truncateSync(storedAt(small, WHEELS.frame), 20);
  rmSync(storedAt(small, WHEELS.numbers));
  const found = await run('verify');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/^frame: damaged \(its SHA-256 is [0-9a-f]{64}\) and moved aside; /u);
  expect(found.stdout).toMatch(
    /\nnumbers: missing, and needed by others; .*\n2 files were checked, .*: 1 damaged/u,
  );
  expect(await json('verify', '--repair')).toMatchObject({ repaired: ['numbers', 'frame'] });
  expect((await run('verify')).stdout).toMatch(/^3 files were checked, .*: 0 damaged, 0 missing/u);
});

test('installing again mends what was damaged', async () => {
  const { run, small } = commands();
  await run('install', 'plot');
  truncateSync(storedAt(small, WHEELS.frame), 20);
  expect((await run('install', 'plot')).code).toBe(0);
  expect((await run('verify')).code).toBe(0);
});

test('a pack is made here and installed elsewhere', async () => {
  const here = commands();
  await here.run('install', 'sheet');
  const made = await here.run('pack', 'my.pack');
  const file = path.join(here.small.folder, 'my.pack');
  expect(made.stdout).toBe(`${file}: 3 packages, ${(readFileSync(file).length / 1e6).toFixed(1)} MB\n`);
  expect(await here.run('pack', 'my.pack')).toMatchObject({
    code: 70,
    stderr: expect.stringMatching(/exists already; .*--force/u) as string,
  });
  expect((await here.run('pack', 'my.pack', 'plot', '--force')).stdout).toMatch(/: 3 packages/u);
  await here.run('pack', 'my.pack', '--force');

  const there = commands(world({ wheels: Object.values(WHEELS) }));
  rmSync(there.small.mirror, { recursive: true });
  expect(await there.run('install', '--pack', file)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/frame 1\.0\n.*sheet 1\.0\n/su) as string,
  });
  expect((await there.run('verify')).code).toBe(0);
});

test('on a terminal one line is redrawn', async () => {
  const { terminal } = commands();
  const { stderr } = await terminal('install', 'plot');
  expect(stderr.startsWith('\r\u001b[2K')).toBe(true);
  expect(stderr).toMatch(/█{24} 3\/3 {2}[\d.]+ MB {2}\w+\n$/u);
  expect(stderr.match(/\n/gu)).toHaveLength(1);
});

describe('what can not be done', () => {
  test.each([
    [['install'], /no package was named; give NAME, or --pack FILE/u, 2],
    [['install', 'a b'], /"a b" has versions that can not be read; write them like/u, 2],
    [['install', '../x'], /is not a package name/u, 2],
    [['install', 'numbers>=2'], /numbers 1\.0 is the version that is built for this Python/u, 70],
    [['install', 'numbers', '--mirror', 'ftp://x/'], /neither an absolute folder nor an http/u, 2],
    [
      ['install', '--pack', 'nowhere.pack'],
      /nowhere\.pack can not be used as an offline pack: it does not exist/u,
      70,
    ],
    [['pack', 'x.pack'], /no package is installed and none was named/u, 2],
    [['pack'], /missing required argument/u, 2],
    [['bogus'], /unknown command 'bogus'/u, 2],
    [[], /no command was given/u, 2],
    [['list', '--bogus'], /unknown option '--bogus'/u, 2],
    [['help'], /unknown command 'help'/u, 2],
  ])('%j', async (argv, message, code) => {
    const { run, small } = commands();
    const outcome = await run(...argv);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^vivarium: [^\p{Cc}]+\n$/u);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(existsSync(small.store)).toBe(false);
  });

  test('a mirror with wrong bytes', async () => {
    const { run, small } = commands();
    writeFileSync(path.join(small.mirror, WHEELS.numbers.fileName), 'wrong');
    const outcome = await run('install', 'numbers');
    expect(outcome.code).toBe(70);
    expect(outcome.stderr).toMatch(/the mirror folder sent bytes that are not those of the lock/u);
  });

  test('Ctrl-C ends it, and leaves no listener', async () => {
    const small = world();
    const server = await testServer(hang);
    const started = start(['packages', 'install', 'numbers', '--mirror', server.url], {
      openPackages: toolsOf(small),
    });
    await eventually(() => expect(server.requests).toHaveLength(1));
    started.interrupt();
    const outcome = await started.outcome;
    expect(outcome).toMatchObject({ code: 130, stdout: '' });
    expect(outcome.stderr).toMatch(/was cancelled/u);
    expect(started.listeners()).toBe(0);
  });
});
