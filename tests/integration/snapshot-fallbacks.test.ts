/** Where snapshots do not fit, do not work or can't be kept; and everything that must not tell an interpreter from one. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SnapshotStore } from '../../src/main/sandbox/snapshots/snapshot-store.ts';
import { Snapshots } from '../../src/main/sandbox/snapshots/snapshots.ts';
import { decodeImage, encodeImage } from '../../src/shared/protocol/snapshot-image.ts';
import { NAIVE_LIST } from '../support/naive-list.ts';
import { nodeSandbox } from '../support/node-sandbox.ts';
import { testAssets, TestSidecar } from '../support/sidecar.ts';
import { snapshotsIn, temporaryFolder } from '../support/snapshot-folder.ts';

describe('a snapshot', () => {
  it('is not needed, and one of another runtime is not used', async () => {
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

  it('can be restored under any memory cap', async () => {
    const folder = await temporaryFolder();
    await TestSidecar.start({ snapshots: snapshotsIn(folder), memoryMiB: 4096 });
    const small = await TestSidecar.start({ snapshots: snapshotsIn(folder), memoryMiB: 64 });
    const { id, snapshot } = await small.open();
    expect(snapshot).toBe('used');
    expect((await small.run(id, 'bytearray(60_000_000)')).error?.type).toBe('MemoryError');
    expect((await small.run(id, 'len(bytearray(10_000_000))')).value?.text).toBe('10000000');
  });

  it('that is unusable is discarded and rebuilt, and runs go on without it', async () => {
    const folder = await temporaryFolder();
    const assets = await testAssets();
    const snapshots = snapshotsIn(folder);
    await TestSidecar.start({ assets, snapshots });
    const good = decodeImage((await snapshots.find(assets)) ?? new Uint8Array());
    const unusable = {
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
    for (const [name, image] of Object.entries(unusable)) {
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

  it('that can not be stored does not prevent runs', async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    const sandbox = nodeSandbox({ dataDir: path.join(folder, 'file', 'below a file') });
    onTestFinished(() => sandbox.dispose());
    expect(await sandbox.run({ code: '6 * 7' })).toMatchObject({ status: 'ok', value: { text: '42' } });
  });
});

describe('an interpreter from a snapshot', () => {
  it('behaves like one that was booted', async () => {
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
