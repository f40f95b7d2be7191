/** What main does with snapshots, with a scripted sidecar. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Asset } from '../../../../src/main/runtime/runtime-assets.ts';
import { SidecarClient } from '../../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { SnapshotStore } from '../../../../src/main/sandbox/snapshots/snapshot-store.ts';
import { Snapshots } from '../../../../src/main/sandbox/snapshots/snapshots.ts';
import { RpcError } from '../../../../src/shared/rpc/errors.ts';
import { CHECKS, FakeLauncher, type Behaviour, type FakeProcess, type SidecarHandlers } from '../support.ts';

const ASSETS: readonly Asset[] = [{ name: 'wasm', sha256: 'a', bytes: new Uint8Array(2) }];
const NOT_LOCKED_DOWN = { enabled: false, dataLimitMiB: null, binding: null };
const IMAGE = Uint8Array.from({ length: 150_000 }, (_none, index) => index % 7);

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-snapshots-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const setUp = async (kept: boolean, shipped?: string) => {
  const folder = await temporaryFolder();
  const snapshots = new Snapshots(new SnapshotStore(folder), 'engine 1', shipped);
  if (kept) await snapshots.keep(ASSETS, IMAGE);
  const startWith =
    (own: Snapshots) =>
    async (behaviour: Behaviour): Promise<{ client: SidecarClient; process: FakeProcess }> => {
      const launcher = new FakeLauncher(() => behaviour);
      const client = new SidecarClient(await launcher.launch());
      await client.prepare(ASSETS, 256, NOT_LOCKED_DOWN, own);
      return { client, process: launcher.last };
    };
  return {
    snapshots,
    start: startWith(snapshots),
    /** As another program with the same data folder. */
    startAnew: () => startWith(new Snapshots(new SnapshotStore(folder), 'engine 1', shipped)),
    names: () => readdir(folder),
  };
};

const sends =
  (claimed = IMAGE.length): SidecarHandlers['takeSnapshot'] =>
  async (_params, { write }) => {
    for (let at = 0; at < IMAGE.length; at += 60_000) await write({ bytes: IMAGE.slice(at, at + 60_000) });
    return { bytes: claimed };
  };

const opensWith = (snapshot: 'used' | 'absent' | 'unusable'): Behaviour => ({
  openInterpreter: () => ({ ...CHECKS, snapshot }),
});

describe('a process', () => {
  it('makes the missing snapshot after it is prepared and before anything else', async () => {
    const { snapshots, start } = await setUp(false);
    const { process } = await start({ takeSnapshot: sends() });
    expect(process.calls.map(({ method }) => method)).toEqual(['loadAsset', 'prepare', 'takeSnapshot']);
    expect(await snapshots.find(ASSETS)).toEqual(IMAGE);
  });

  it('gets the snapshot that is kept, and makes none', async () => {
    const { start } = await setUp(true);
    const { process } = await start({});
    expect(process.calls.map(({ method }) => method)).toEqual(['loadAsset', 'loadAsset', 'prepare']);
    expect(process.calls[1]?.params).toMatchObject({ name: 'snapshot', bytes: IMAGE });
  });

  it.each([
    ['fails to make one', () => Promise.reject(new RpcError('failed', 'no'))],
    ['sends less than it says', sends(IMAGE.length + 1)],
  ])('that %s is used all the same', async (_name, takeSnapshot) => {
    const { start, names } = await setUp(false);
    const { client } = await start({ takeSnapshot, ...opensWith('absent') });
    expect(await client.openInterpreter('a')).toBe('absent');
    expect(await names()).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('is kept when it was restored once, whatever becomes of later interpreters', async () => {
    const { start, names } = await setUp(true);
    let opened = 0;
    const { client } = await start({
      openInterpreter: () => ({ ...CHECKS, snapshot: opened++ === 0 ? 'used' : 'unusable' }),
    });
    for (const id of ['a', 'b']) await client.openInterpreter(id);
    expect(await names()).toHaveLength(1);
  });

  it.each([true, false])('that is unusable is removed (kept before: %s)', async (kept) => {
    const { start, names } = await setUp(kept);
    const { client } = await start({ takeSnapshot: sends(), ...opensWith('unusable') });
    expect(await names()).toHaveLength(1);
    await client.openInterpreter('a');
    expect(await names()).toEqual([]);
  });

  it('is removed when the process dies as it starts its first interpreter', async () => {
    const { start, names } = await setUp(true);
    const { client, process } = await start({
      openInterpreter: () => {
        process.exit(null, 'SIGSEGV');
        return CHECKS;
      },
    });
    await expect(client.openInterpreter('a')).rejects.toThrow();
    expect(await names()).toEqual([]);
  });

  it('is kept when the process was killed meanwhile', async () => {
    const { start, names } = await setUp(true);
    const { client } = await start({
      openInterpreter: () => {
        client.kill();
        return CHECKS;
      },
    });
    await expect(client.openInterpreter('a')).rejects.toThrow();
    expect(await names()).toHaveLength(1);
  });
});

describe('a snapshot that came with the program', () => {
  const ship = async (engine = 'engine 1'): Promise<string> => {
    const folder = await temporaryFolder();
    await new Snapshots(new SnapshotStore(folder), engine).keep(ASSETS, IMAGE);
    return folder;
  };
  const methodsOf = ({ calls }: FakeProcess): string[] => calls.map(({ method }) => method);
  const MADE = ['loadAsset', 'prepare', 'takeSnapshot'];
  const GIVEN = ['loadAsset', 'loadAsset', 'prepare'];

  it('is used by the very first process, and kept where the others are', async () => {
    const { names, snapshots, start } = await setUp(false, await ship());
    expect(methodsOf((await start({})).process)).toEqual(GIVEN);
    expect(await names()).toHaveLength(1);
    expect(await snapshots.has(ASSETS)).toBe(true);
  });

  it('of another engine is left alone', async () => {
    const { start } = await setUp(false, await ship('engine 2'));
    expect(methodsOf((await start({ takeSnapshot: sends() })).process)).toEqual(MADE);
  });

  it('that is damaged is replaced by one that is made here', async () => {
    const shipped = await ship();
    const [name = ''] = await readdir(shipped);
    await writeFile(path.join(shipped, name), 'half of it');
    const { snapshots, start } = await setUp(false, shipped);
    expect(methodsOf((await start({ takeSnapshot: sends() })).process)).toEqual(MADE);
    expect(await snapshots.find(ASSETS)).toEqual(IMAGE);
  });

  it('that is unusable is not taken again, also not by another program', async () => {
    const { start, startAnew } = await setUp(false, await ship());
    const { client } = await start(opensWith('unusable'));
    await client.openInterpreter('a');
    for (const begin of [start, startAnew()])
      expect(
        methodsOf(
          (await begin({ takeSnapshot: () => Promise.reject(new RpcError('failed', 'no')) })).process,
        ),
      ).toEqual(MADE);
  });

  it('does not take the place of the one that is kept', async () => {
    const shipped = await temporaryFolder();
    await new Snapshots(new SnapshotStore(shipped), 'engine 1').keep(ASSETS, IMAGE.toReversed());
    const { snapshots } = await setUp(true, shipped);
    expect(await snapshots.find(ASSETS)).toEqual(IMAGE);
  });

  it('is used where nothing can be written', async () => {
    const shipped = await ship();
    const [name = ''] = await readdir(shipped);
    const snapshots = new Snapshots(
      new SnapshotStore(path.join(shipped, name, 'below a file')),
      'engine 1',
      shipped,
    );
    expect(await snapshots.find(ASSETS)).toEqual(IMAGE);
  });
});
