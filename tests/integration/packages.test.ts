/** The command line as a process of its own, with the real packages that are used most. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { eventually } from '../support/eventually.ts';
import { mountSmallDisk, resizeDisk } from '../support/privileges.ts';
import { testWheels } from '../support/test-wheels.ts';
import { serve, testServer } from '../unit/packages/support/test-server.ts';
import { sha256, wheel } from '../unit/packages/support/world.ts';

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

// No Electron is needed for any of this.
const packages = (data: string, ...argv: string[]): Promise<Outcome> =>
  vivarium({ VIVARIUM_DATA_DIR: data, ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' }, 'packages', ...argv);

async function vivarium(environment: Record<string, string>, ...argv: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [path.join(PROJECT_ROOT, 'out/main/cli.js'), ...argv], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-packages-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

test('NumPy, pandas and Matplotlib are installed, verified, repaired, packed and unpacked elsewhere', async (context) => {
  const mirror = await testWheels(context);
  const folder = temporaryFolder();
  const here = path.join(folder, 'here');
  const from = ['--mirror', mirror, '--offline'];
  const installed = await packages(
    here,
    'install',
    'pandas',
    'matplotlib',
    'openpyxl',
    'seaborn',
    ...from,
    '--json',
  );
  expect(installed).toMatchObject({ code: 0 });
  const { packages: list } = JSON.parse(installed.stdout) as { packages: { name: string; origin: string }[] };
  expect(list.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['numpy', 'pandas', 'pillow', 'et-xmlfile']),
  );
  expect(list.filter(({ origin }) => origin === 'user').map(({ name }) => name)).toEqual([
    'et-xmlfile',
    'openpyxl',
    'seaborn',
  ]);

  const files = path.join(here, 'pyodide-cache', '314.0.3', 'files');
  expect(readdirSync(files)).toHaveLength(list.length);
  const damaged = path.join(files, readdirSync(files)[0] ?? '');
  const bytes = readFileSync(damaged);
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  writeFileSync(damaged, bytes);
  expect(await packages(here, 'verify')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/: 1 damaged, /u) as string,
  });
  expect(await packages(here, 'verify', '--repair', ...from)).toMatchObject({ code: 0 });

  const pack = path.join(folder, 'set.pack');
  expect(await packages(here, 'pack', pack, '--offline')).toMatchObject({ code: 0 });
  const there = path.join(folder, 'there');
  const carried = await packages(there, 'install', '--pack', pack, '--offline', '--json');
  expect(JSON.parse(carried.stdout)).toMatchObject({ packages: expect.arrayContaining(list) as unknown });
  expect(await packages(there, 'verify')).toMatchObject({ code: 0 });
  expect((await packages(there, 'clear')).stdout).toMatch(/^removed \d+ files, /u);
});

/** Files are read at once, so that those that are large take the time they take. */
const REAL = ['pandas', 'matplotlib', 'scipy'];

test('two processes that install the same real packages at once both succeed, and the store is consistent', async (context) => {
  const mirror = await testWheels(context);
  const data = temporaryFolder();
  const install = (): Promise<Outcome> =>
    packages(data, 'install', ...REAL, '--mirror', mirror, '--offline', '--json');
  const [one, other] = await Promise.all([install(), install()]);
  expect([one.code, other.code, one.stdout]).toEqual([0, 0, other.stdout]);
  const { packages: list } = JSON.parse(one.stdout) as { packages: unknown[] };
  expect(await packages(data, 'verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(`^${String(list.length)} files were checked, .+: 0 damaged, 0 missing\n$`, 'u'),
    ) as string,
  });
  const store = path.join(data, 'pyodide-cache', '314.0.3');
  expect(readdirSync(path.join(store, 'unfinished'))).toEqual([]);
});

test('a process that is killed while it writes leaves a store that the next one repairs', async (context) => {
  const mirror = await testWheels(context);
  const data = temporaryFolder();
  const store = path.join(data, 'pyodide-cache', '314.0.3');
  const args = ['install', ...REAL, '--mirror', mirror, '--offline', '--json'];
  for (const filesThen of [0, 2, 5]) {
    const child = spawn(process.execPath, [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'packages', ...args], {
      env: { ...process.env, VIVARIUM_DATA_DIR: data },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    await eventually(() => {
      const kept = namesIn(path.join(store, 'files')).length;
      const writing = namesIn(path.join(store, 'unfinished')).length;
      // When it is already done, that was one moment too.
      if (child.exitCode === null) expect([kept >= filesThen, writing > 0]).toEqual([true, true]);
    });
    child.kill('SIGKILL');
    await ended;
    const { stdout } = await packages(data, 'verify', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ damaged: [], damagedEntries: [] });
  }
  expect(await packages(data, ...args)).toMatchObject({ code: 0 });
  expect(await packages(data, 'verify')).toMatchObject({ code: 0 });
  expect(await packages(data, 'clear', '--old')).toMatchObject({ code: 0 });
  expect(namesIn(path.join(store, 'unfinished'))).toEqual([]);
});

test('a disk that is too small for real wheels is named, and once there is room all is well', async (context) => {
  const mirror = await testWheels(context);
  const disk = temporaryFolder();
  mountSmallDisk(context, disk, '12m');
  const args = ['install', ...REAL, '--mirror', mirror, '--offline'];
  expect(await packages(disk, ...args)).toMatchObject({
    code: 70,
    stderr: expect.stringMatching(/is full \(ENOSPC\); make room and try again\n$/u) as string,
  });
  expect(JSON.parse((await packages(disk, 'verify', '--json')).stdout)).toMatchObject({ damaged: [] });
  resizeDisk(context, disk, '200m');
  expect(await packages(disk, ...args)).toMatchObject({ code: 0 });
  expect(await packages(disk, 'verify')).toMatchObject({ code: 0 });
});

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

test('without any source the error says what was tried', async () => {
  const outcome = await packages(temporaryFolder(), 'install', 'numpy', '--offline');
  expect(outcome).toEqual({
    code: 70,
    stdout: '',
    stderr:
      'vivarium: numpy 2.4.3 could not be obtained: no source is set up; set a mirror or give an offline pack\n',
  });
});

test('a package that a run names comes from the index that pip is configured for, and later provides its own name only', async () => {
  const folder = temporaryFolder();
  const greeting = wheel('greeting', { version: '1.2' });
  const files = [
    { filename: greeting.fileName, url: `/${greeting.fileName}`, hashes: { sha256: sha256(greeting.bytes) } },
  ];
  const index = await testServer(
    serve(
      new Map<string, Uint8Array | string>([
        ['/simple/greeting/', JSON.stringify({ name: 'greeting', files })],
        [`/${greeting.fileName}`, greeting.bytes],
      ]),
    ),
  );
  const configuration = path.join(folder, 'pip.conf');
  writeFileSync(configuration, `[global]\nindex-url = ${index.url}/simple\n`);
  const environment = { VIVARIUM_DATA_DIR: folder, PIP_CONFIG_FILE: configuration, PIP_NO_INDEX: '' };
  const run = (...argv: string[]): Promise<Outcome> =>
    vivarium(environment, 'run', '-c', 'import greeting\nprint(greeting.__name__)', ...argv);
  // Not the text of a string, nor what the code makes up as it runs.
  const made = 'text = """\nimport greeting\n"""\n__import__("greet" + "ing")';
  expect(await vivarium(environment, 'run', '-c', made)).toMatchObject({ code: 1 });
  expect(index.requests).toEqual([]);
  // Nor an import that stands for no package that is vouched for.
  expect(await run()).toMatchObject({ code: 1 });
  expect(index.requests).toEqual([]);
  expect(await run('--package', 'greeting')).toMatchObject({ code: 0, stdout: 'greeting\n' });
  expect(index.requests).toEqual(['/simple/greeting/', `/${greeting.fileName}`]);
  expect(await run('--offline')).toMatchObject({ code: 0, stdout: 'greeting\n' });
});
