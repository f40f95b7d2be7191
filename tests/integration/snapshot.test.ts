/** SessionRegistry started from a snapshot: made once, used ever after, and just like others. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SnapshotStore } from '../../src/main/sandbox/snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from '../../src/main/sandbox/snapshots/snapshots.ts';
import { decodeImage, encodeImage } from '../../src/shared/protocol/snapshot-image.ts';
import { ElectronSandbox } from '../support/electron-sandbox.ts';
import { NAIVE_LIST } from '../support/naive-list.ts';
import { nodeSandbox } from '../support/node-sandbox.ts';
import { testAssets, TestSidecar } from '../support/sidecar.ts';

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-snapshot-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const snapshotsIn = (folder: string): Snapshots => new Snapshots(new SnapshotStore(folder), engineVersion());

/** The only snapshot in the folder. */
const onlyFile = async (folder: string): Promise<string> => {
  const names = await readdir(folder);
  expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.snapshot$/u)]);
  return path.join(folder, names[0] ?? '');
};

/** Short enough to be compared and shown. */
const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

const flipByte = async (file: string): Promise<void> => {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  await writeFile(file, bytes);
};

describe('a snapshot', () => {
  it('is made by the first process, for itself too, and used by the next one', async () => {
    const folder = await temporaryFolder();
    const first = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const made = await hashOf(await onlyFile(folder));
    expect((await first.open()).snapshot).toBe('used');
    const second = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const { id, snapshot } = await second.open();
    expect(snapshot).toBe('used');
    expect((await second.run(id, '6 * 7')).value?.text).toBe('42');
    expect(await hashOf(await onlyFile(folder))).toBe(made);
  });

  it('is not needed, and of another runtime it is not used', async () => {
    const folder = await temporaryFolder();
    const without = await TestSidecar.start({});
    expect((await without.open()).snapshot).toBe('absent');
    const assets = await testAssets();
    const snapshots = snapshotsIn(folder);
    const other = assets.map((asset) => (asset.name === 'stdlib' ? { ...asset, sha256: 'other' } : asset));
    await snapshots.keep(other, Uint8Array.of(1));
    expect(await snapshots.find(assets)).toBeUndefined();
    expect(await new Snapshots(new SnapshotStore(folder), 'another engine').find(other)).toBeUndefined();
    expect(await snapshots.find(other)).toEqual(Uint8Array.of(1));
  });

  it('fits whatever memory an interpreter may have', async () => {
    const folder = await temporaryFolder();
    await TestSidecar.start({ snapshots: snapshotsIn(folder), memoryMiB: 4096 });
    const small = await TestSidecar.start({ snapshots: snapshotsIn(folder), memoryMiB: 64 });
    const { id, snapshot } = await small.open();
    expect(snapshot).toBe('used');
    expect((await small.run(id, 'bytearray(60_000_000)')).error?.type).toBe('MemoryError');
    expect((await small.run(id, 'len(bytearray(10_000_000))')).value?.text).toBe('10000000');
  });

  it('is taken by no process in which a guest may have been', async () => {
    const folder = await temporaryFolder();
    const sidecar = await TestSidecar.start({});
    await sidecar.open();
    const assets = await testAssets();
    await sidecar.client.makeSnapshot(assets, snapshotsIn(folder));
    expect(await readdir(folder)).toEqual([]);
  });

  it('of no use is done without, discarded, and made anew', async () => {
    const folder = await temporaryFolder();
    const assets = await testAssets();
    const snapshots = snapshotsIn(folder);
    await TestSidecar.start({ assets, snapshots });
    const good = decodeImage((await snapshots.find(assets)) ?? new Uint8Array());
    const spoilt = {
      'bytes that are no image': Uint8Array.of(1, 2, 3),
      'an image without its header': encodeImage({ ...good, header: new Uint8Array(48) }),
      'an image of other contents': encodeImage({ ...good, pages: good.pages.map((byte) => byte ^ 0x55) }),
      'an image of another size': encodeImage({ ...good, memoryBytes: 2 * good.memoryBytes }),
      'an image of a Python never started': encodeImage({
        ...good,
        runs: new Uint32Array(0),
        pages: new Uint8Array(0),
      }),
    };
    for (const [name, image] of Object.entries(spoilt)) {
      await snapshots.keep(assets, image);
      const sidecar = await TestSidecar.start({ assets, snapshots });
      const { id, snapshot } = await sidecar.open();
      expect([name, snapshot]).toEqual([name, 'unusable']);
      expect((await sidecar.run(id, '6 * 7')).value?.text).toBe('42');
      expect([name, await snapshots.find(assets)]).toEqual([name, undefined]);
      // Tried once, not for each interpreter.
      expect((await sidecar.open()).snapshot).toBe('unusable');
    }
    const next = await TestSidecar.start({ assets, snapshots });
    expect((await next.open()).snapshot).toBe('used');
    expect(await snapshots.find(assets)).toBeDefined();
  });

  it('that can be kept nowhere stops no run', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    const sandbox = nodeSandbox({ dataDir: path.join(folder, 'file', 'below a file') });
    onTestFinished(() => sandbox.dispose());
    expect(await sandbox.run({ code: '6 * 7' })).toMatchObject({ status: 'ok', value: { text: '42' } });
  });
});

describe('an interpreter from a snapshot', () => {
  it('is random', async () => {
    const folder = await temporaryFolder();
    const sidecar = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const code = `
import random, tempfile, uuid, secrets, os
[random.random(), random.Random().random(), tempfile.mktemp(), str(uuid.uuid4()), str(uuid.uuid1()), secrets.token_hex(), os.urandom(8).hex()]`;
    const [one, other] = await Promise.all(
      [await sidecar.open(), await sidecar.open()].map(async ({ id, snapshot }) => {
        expect(snapshot).toBe('used');
        return (await sidecar.run(id, code)).value?.json as unknown[];
      }),
    );
    expect(one).toHaveLength(7);
    one?.forEach((value, index) => {
      expect(value).not.toBe(other?.[index]);
    });
  });

  it('knows the time', async () => {
    const folder = await temporaryFolder();
    const sidecar = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const { id } = await sidecar.open();
    const before = Date.now() / 1000;
    const { value } = await sidecar.run(
      id,
      `
import time, asyncio, datetime
clocks = time.monotonic, time.perf_counter, time.process_time, asyncio.get_event_loop().time
start = [clock() for clock in clocks]
time.sleep(0.05)
waited = [clock() - begun for clock, begun in zip(clocks, start)]
[time.time(), datetime.datetime.now(datetime.timezone.utc).timestamp(), start, waited]`,
    );
    const after = Date.now() / 1000;
    const [now, date, start, waited] = value?.json as [number, number, number[], number[]];
    for (const time of [now, date]) {
      expect(time).toBeGreaterThan(before - 1);
      expect(time).toBeLessThan(after + 1);
    }
    for (const time of start) expect(time).toBeGreaterThanOrEqual(0);
    for (const time of waited) {
      expect(time).toBeGreaterThan(0.04);
      expect(time).toBeLessThan(after - before + 1);
    }
  });

  it('is like any other', async () => {
    const folder = await temporaryFolder();
    const sidecars = [
      await TestSidecar.start({}),
      await TestSidecar.start({ snapshots: snapshotsIn(folder) }),
    ] as const;
    const [plain, restored] = [await sidecars[0].open(), await sidecars[1].open()];
    expect([plain.snapshot, restored.snapshot]).toEqual(['absent', 'used']);
    for (const [name, code] of Object.entries(NAIVE_LIST)) {
      const [expected, got] = await Promise.all([
        sidecars[0].run(plain.id, code),
        sidecars[1].run(restored.id, code),
      ]);
      expect({ name, ...got }).toEqual({ name, ...expected });
    }
  });
});

it('in Electron a snapshot is made, used, and made again once it is damaged', async () => {
  const folder = await temporaryFolder();
  const before = process.env['VIVARIUM_DATA_DIR'];
  process.env['VIVARIUM_DATA_DIR'] = folder;
  onTestFinished(() => {
    process.env['VIVARIUM_DATA_DIR'] = before;
  });
  const start = async (): Promise<void> => {
    const sandbox = await ElectronSandbox.open();
    await sandbox.expectAlive();
    await sandbox.dispose();
  };
  await start();
  const cache = path.join(folder, 'pyodide-cache');
  const file = await onlyFile(path.join(cache, (await readdir(cache))[0] ?? '', 'snapshots'));
  const made = await hashOf(file);
  await utimes(file, 1000, 1000);
  await start();
  // Read, and not written again.
  expect((await stat(file)).mtimeMs).toBeGreaterThan(1_000_000);
  expect(await hashOf(file)).toBe(made);
  await flipByte(file);
  const damaged = await hashOf(file);
  await start();
  const repaired = await hashOf(file);
  expect(repaired).not.toBe(damaged);
  await start();
  expect(await hashOf(file)).toBe(repaired);
});
