import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../scripts/provision/machine.ts';
import { obtainWheels, wheelsFolder, type WheelPlan } from '../../../scripts/provision/wheels.ts';
import { Downloads } from '../../../src/main/packages/http/downloads.ts';
import { PackageLock } from '../../../src/main/packages/resolve/lock-file.ts';
import { nodeTransport } from '../../../src/main/packages/http/node-transport.ts';
import { MirrorFolder } from '../../../src/main/packages/sources/mirror-folder.ts';
import { WebMirror } from '../../../src/main/packages/sources/web-mirror.ts';
import { serve, testServer } from '../packages/support/test-server.ts';
import { LOCK_WHEELS, lockText, QUICK, sha256, wheel, WHEELS } from '../packages/support/world.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { zipOf } from './support/zip.ts';

const SHEET = wheel('sheet', { version: '1.5' });
const BUNDLE_NAME = 'bundle-1.0-py3-none-any.whl';

const bundleOf = (wheels: readonly { fileName: string; bytes: Buffer }[]): Buffer =>
  zipOf(wheels.map(({ fileName, bytes }) => ({ name: `inside/${fileName}`, contents: bytes })));

interface Pip {
  bundle?: Buffer;
  further?: Buffer;
  missing?: boolean;
}

interface Setup {
  machine: Machine;
  plan: WheelPlan;
  log: string[];
  /** Requirement lists that pip was given. */
  asked: string[];
}

/** A machine that pip works on as told, and an official place that can not be reached. */
function setup({ bundle = bundleOf(LOCK_WHEELS), further = SHEET.bytes, missing = false }: Pip = {}): Setup {
  const log: string[] = [];
  const asked: string[] = [];
  const cacheDir = path.join(temporaryFolder(), 'cache');
  const machine: Machine = {
    platform: 'linux',
    arch: 'x64',
    isRoot: false,
    isTerminal: false,
    env: {},
    log: (line) => log.push(line),
    cacheDir,
    electronPackageDir: '',
    run: async (_command, args) => {
      if (missing) throw Object.assign(new Error('spawn ENOENT'), { code: 'ENOENT' });
      const folder = args[args.indexOf('-d') + 1] ?? '';
      const list = readFileSync(args.at(-1) ?? '', 'utf8');
      asked.push(list);
      if (list.includes('bundle==')) writeFileSync(path.join(folder, BUNDLE_NAME), bundle);
      if (list.includes('sheet==')) writeFileSync(path.join(folder, SHEET.fileName), further);
      return { code: 0, stdout: '', stderr: '' };
    },
  };
  const plan: WheelPlan = {
    pyodideVersion: '1.2.3',
    lock: PackageLock.parse(lockText(LOCK_WHEELS)),
    packages: ['plot'],
    further: [{ name: SHEET.name, version: '1.5', fileName: SHEET.fileName, sha256: sha256(SHEET.bytes) }],
    bundle: {
      requirement: 'bundle==1.0',
      fileName: BUNDLE_NAME,
      sha256: sha256(bundle),
      bytes: bundle.length,
      folder: 'inside/',
    },
    official: webSource('http://127.0.0.1:1'),
  };
  return { machine, plan, log, asked };
}

const webSource = (baseUrl: string): WebMirror =>
  new WebMirror(new Downloads(nodeTransport(), QUICK), {
    name: 'the official CDN',
    baseUrl,
    otherHosts: true,
    offers: false,
  });

const PLOT_FILES = [WHEELS.numbers, WHEELS.frame, WHEELS.plot].map(({ fileName }) => fileName);
const wheelsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.whl'));

test('in a closed network wheels come from a bundle and through pip, into a folder that is a mirror', async () => {
  const { machine, plan, log, asked } = setup();
  const folder = await obtainWheels(machine, plan);
  expect(folder).toBe(wheelsFolder(machine, '1.2.3'));
  expect(wheelsIn(folder).sort()).toEqual([...PLOT_FILES, SHEET.fileName].sort());
  expect(log.join('\n')).toMatch(/official CDN can not be reached \(ECONNREFUSED\)/u);
  expect(asked).toEqual([
    `bundle==1.0 --hash=sha256:${plan.bundle.sha256}\n`,
    `sheet==1.5 --hash=sha256:${sha256(SHEET.bytes)}\n`,
  ]);
  const found = await new MirrorFolder(folder).find(
    { name: 'sheet', versions: '' },
    AbortSignal.timeout(5000),
  );
  expect(found).toMatchObject({ version: '1.5', sha256: sha256(SHEET.bytes) });
  expect(readdirSync(machine.cacheDir).filter((name) => name.startsWith('.staging'))).toEqual([]);
});

test('where the official source can be reached, pip is asked only for the rest', async () => {
  const { machine, plan, asked } = setup();
  const files = new Map(LOCK_WHEELS.map(({ fileName, bytes }) => [`/${fileName}`, bytes]));
  const server = await testServer(serve(files));
  const folder = await obtainWheels(machine, { ...plan, official: webSource(server.url) });
  expect(wheelsIn(folder)).toHaveLength(4);
  expect(asked).toHaveLength(1);
});

test('a second time only damaged wheels are fetched', async () => {
  const { machine, plan, asked } = setup();
  const folder = await obtainWheels(machine, plan);
  await obtainWheels(machine, plan);
  expect(asked).toHaveLength(2);
  truncateSync(path.join(folder, WHEELS.frame.fileName), 10);
  await obtainWheels(machine, plan);
  expect(asked).toHaveLength(3);
  expect(sha256(readFileSync(path.join(folder, WHEELS.frame.fileName)))).toBe(sha256(WHEELS.frame.bytes));
});

describe('what is refused', () => {
  test.each<[string, Pip, RegExp]>([
    [
      'a bundle with other wheels',
      { bundle: bundleOf([WHEELS.numbers, WHEELS.frame, { ...WHEELS.plot, bytes: Buffer.from('other') }]) },
      /plot-1\.0-py3-none-any\.whl has the SHA-256/u,
    ],
    ['a bundle without a wheel', { bundle: bundleOf([WHEELS.numbers]) }, /is not in it/u],
    ['a bundle that is no zip', { bundle: Buffer.from('x') }, /not as expected/u],
    ['another wheel than pinned', { further: Buffer.from('x') }, /has the SHA-256/u],
    ['no pip', { missing: true }, /"pip" was not found.*python3-pip/u],
  ])('%s', async (_what, pip, message) => {
    const { machine, plan } = setup(pip);
    await expect(obtainWheels(machine, plan)).rejects.toThrow(message);
    const folder = wheelsFolder(machine, '1.2.3');
    expect(existsSync(path.join(folder, 'vivarium-packages.json'))).toBe(false);
    for (const name of wheelsIn(folder)) {
      const known = LOCK_WHEELS.find(({ fileName }) => fileName === name);
      expect(sha256(readFileSync(path.join(folder, name)))).toBe(sha256(known?.bytes ?? ''));
    }
  });

  test('a cache folder that can not be written', async () => {
    const { machine, plan } = setup();
    mkdirSync(path.dirname(machine.cacheDir), { recursive: true });
    writeFileSync(machine.cacheDir, 'in the way');
    await expect(obtainWheels(machine, plan)).rejects.toThrow(/VIVARIUM_CACHE_DIR/u);
  });
});
