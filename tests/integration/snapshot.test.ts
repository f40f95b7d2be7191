/** Interpreters started from a snapshot: made once, used ever after, and just like others. */
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { testAssets, TestSidecar } from '../support/sidecar.ts';
import {
  hashOf,
  onlySnapshot,
  snapshotsIn,
  temporaryFolder,
  useSharedFolder,
} from '../support/snapshot-folder.ts';

describe('a snapshot', () => {
  it('is made by the first process, which uses it as well, and used by the next one', async () => {
    const folder = await temporaryFolder();
    const first = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const made = await hashOf(await onlySnapshot(folder));
    expect((await first.open()).snapshot).toBe('used');
    const second = await TestSidecar.start({ snapshots: snapshotsIn(folder) });
    const { id, snapshot } = await second.open();
    expect(snapshot).toBe('used');
    expect((await second.run(id, '6 * 7')).value?.text).toBe('42');
    expect(await hashOf(await onlySnapshot(folder))).toBe(made);
  });

  it('is taken by no process in which a guest may have been', async () => {
    const folder = await temporaryFolder();
    const sidecar = await TestSidecar.start({});
    await sidecar.open();
    const assets = await testAssets();
    await sidecar.client.makeSnapshot(assets, snapshotsIn(folder));
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('an interpreter from a snapshot', () => {
  const shared = useSharedFolder();

  it('has fresh randomness', async () => {
    const folder = await shared();
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

  it('has the current time', async () => {
    const folder = await shared();
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
});
