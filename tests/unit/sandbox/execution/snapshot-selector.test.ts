/** Which image a run starts from: real wheels, a real store of images, processes at the other end of real channels. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BytecodeStore } from '../../../../src/main/sandbox/packages/bytecode-store.ts';
import { RunNeeds } from '../../../../src/main/sandbox/packages/run-needs.ts';
import {
  SnapshotSelector,
  type SelectedSnapshot,
} from '../../../../src/main/sandbox/execution/snapshot-selector.ts';
import { claimSnapshotMaking } from '../../../../src/main/sandbox/snapshots/snapshot-claim.ts';
import { PackageSnapshotStore } from '../../../../src/main/sandbox/snapshots/package-snapshot-store.ts';
import type { SidecarClient } from '../../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { RpcError } from '../../../../src/shared/rpc/errors.ts';
import type { RunRequest } from '../../../../src/shared/contract/run.ts';
import { flipByte } from '../../../support/damage.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  settingsFor,
  sha256,
  wheel,
  world,
  type SmallWheel,
  type World,
} from '../../packages/support/world.ts';
import { imageOf, imageProcess, type ImageProcess } from '../package-snapshot-process.ts';
import { deferred, FakeClock, never } from '../support.ts';

/** `frame` needs `numbers`, which is large enough for an image to be of use; `small` and `drawing` need nothing. */
const NUMBERS = wheel('numbers', { padding: 2_100_000 });
const FRAME = wheel('frame', { depends: ['numbers'] });
const DRAWING = wheel('drawing', { padding: 2_200_000 });
const SMALL = wheel('small');
const EXTRA = wheel('extra', { padding: 2_300_000 });
const WHEELS = [NUMBERS, FRAME, DRAWING, SMALL];

/** For an image to be made. */
const LIMIT_MS = 40_000;

const hashes = (...wheels: SmallWheel[]): string[] => wheels.map(({ bytes }) => sha256(bytes));

interface Scene {
  readonly small: World;
  readonly clock: FakeClock;
  readonly store: PackageSnapshotStore;
  /** Of images, on disk. */
  readonly files: () => string[];
  readonly chooser: SnapshotSelector;
  /** Which process a run gets. */
  use(process: ImageProcess): void;
  readonly wanted: () => number;
  readonly asked: () => number;
  readonly choose: (
    code: string,
    request?: Partial<RunRequest>,
    signal?: AbortSignal,
  ) => Promise<SelectedSnapshot | null>;
  /** A run that finds no image; then what it wanted is made in that process, or in a new one. */
  readonly makeFor: (code: string, process?: ImageProcess) => Promise<void>;
}

const scene = (first: ImageProcess, options: { allow?: string[]; from?: World } = {}): Scene => {
  const small = options.from ?? world({ wheels: WHEELS, further: [EXTRA] });
  const { service } = small.open(
    options.allow === undefined ? {} : { settings: settingsFor(small.mirror, { allow: options.allow }) },
  );
  const folder = path.join(small.folder, 'images');
  const clock = new FakeClock();
  const store = new PackageSnapshotStore(folder);
  let { sidecar } = first;
  let [wanted, asked] = [0, 0];
  const give = async (): Promise<SidecarClient> => {
    asked += 1;
    return sidecar;
  };
  const made: Scene = {
    small,
    clock,
    store,
    files: () => readdirSync(folder).filter((name) => name.endsWith('.snapshot')),
    chooser: new SnapshotSelector({
      provider: service,
      store,
      bytecode: new BytecodeStore(path.join(small.folder, 'bytecode')),
      clock,
      sidecar: give,
      reachable: give,
      onWanted: () => {
        wanted += 1;
      },
    }),
    use: (process) => {
      ({ sidecar } = process);
    },
    wanted: () => wanted,
    asked: () => asked,
    choose: async (code, part = {}, signal = new AbortController().signal) => {
      const request = { code, ...part };
      const needs = new RunNeeds(request, service, { signal });
      try {
        return await made.chooser.choose(request, needs, signal);
      } finally {
        await needs.release();
      }
    },
    makeFor: async (code, process) => {
      expect(await made.choose(code)).toBeNull();
      await made.chooser.makeWanted((process ?? (await imageProcess())).sidecar, LIMIT_MS);
    },
  };
  return made;
};

const names = (chosen: SelectedSnapshot | null): string[] | null =>
  chosen?.wheels.map(({ name }) => name) ?? null;

describe('for a run without an image', () => {
  it('none is made in its process, even if no guest was there; another process makes it, for later runs', async () => {
    const process = await imageProcess();
    const { choose, chooser, store, files } = scene(process);
    const code = 'import frame as f\nfrom numbers import deep, _private\nimport numbers.testing';
    expect(await choose(code)).toBeNull();
    expect([process.process.called('makePackageSnapshot'), chooser.hasWanted]).toEqual([[], true]);
    const maker = await imageProcess();
    await chooser.makeWanted(maker.sidecar, LIMIT_MS);
    expect(chooser.hasWanted).toBe(false);
    const chosen = await choose(code);
    expect(names(chosen)).toEqual(['numbers', 'frame']);
    expect(chosen?.needed).toEqual(['numbers', 'frame']);
    const [made] = maker.process.called('makePackageSnapshot');
    expect(made?.params).toMatchObject({
      key: chosen?.key,
      hashes: hashes(NUMBERS, FRAME),
      // Not those that the code names.
      modules: ['numbers', 'frame'],
    });
    const methods = maker.process.calls.map(({ method }) => method);
    expect(methods.lastIndexOf('loadPackage')).toBeLessThan(methods.indexOf('makePackageSnapshot'));
    expect(await store.read(chosen?.key ?? '')).toEqual(imageOf(hashes(NUMBERS, FRAME)));
    expect(files()).toEqual([`${chosen?.key ?? ''}.snapshot`]);
  });

  it('one can be asked for before there is a run', async () => {
    const { choose, chooser } = scene(await imageProcess());
    const { signal } = new AbortController();
    expect(await chooser.wantFor(['small'], signal)).toBe(false);
    // Nothing is fetched for it.
    expect(await chooser.wantFor(['frame'], signal)).toBe(false);
    await choose('import frame');
    await chooser.makeWanted((await imageProcess()).sidecar, LIMIT_MS);
    const again = await imageProcess();
    expect(await chooser.wantFor(['frame'], signal)).toBe(true);
    await chooser.makeWanted(again.sidecar, LIMIT_MS);
    // It is there already.
    expect(again.process.called('makePackageSnapshot')).toEqual([]);
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it.each<[string, string, Partial<RunRequest>?]>([
    ['imports nothing', 'print(1)'],
    ['imports what nobody knows', 'import nothing_of_the_kind'],
    ['imports so little that an image takes longer', 'import small'],
    ['imports packages that the makers of Pyodide do not vouch for', 'import extra'],
    ['has modules of its own', 'import frame', { files: [{ name: 'frame.py', bytes: new Uint8Array(1) }] }],
    [
      'has the name of what it imports',
      'import frame',
      { script: 'frame.py', files: [{ name: 'frame.py', bytes: new Uint8Array(1) }] },
    ],
    ['names what can not be had', 'import frame', { packages: ['nowhere'] }],
  ])('none is for a run that %s', async (_what, code, request) => {
    const { choose, chooser } = scene(await imageProcess());
    expect(await choose(code, request)).toBeNull();
    expect(chooser.hasWanted).toBe(false);
  });

  it('an image is used for a run whose only module is its own script', async () => {
    const { choose, makeFor } = scene(await imageProcess());
    await makeFor('import frame');
    const files = [
      { name: 'script.py', bytes: new Uint8Array(1) },
      { name: 'data.csv', bytes: new Uint8Array(1) },
    ];
    expect(names(await choose('import frame', { script: 'script.py', files }))).toEqual(['numbers', 'frame']);
    expect(await choose('import frame', { script: 'other.py', files })).toBeNull();
  });

  it('two runs at once have an image made once', async () => {
    const { choose, chooser, wanted } = scene(await imageProcess());
    expect(await Promise.all([choose('import frame'), choose('import frame, numbers')])).toEqual([
      null,
      null,
    ]);
    expect(wanted()).toBe(1);
    await chooser.makeWanted((await imageProcess()).sidecar, LIMIT_MS);
    const both = await Promise.all([choose('import frame'), choose('import frame, numbers')]);
    expect(both.map(names)).toEqual([
      ['numbers', 'frame'],
      ['numbers', 'frame'],
    ]);
  });

  it('one that can not be made is not tried again, in this or another process', async () => {
    const refuse = { makePackageSnapshot: () => Promise.reject(new RpcError('failed', 'it does not work')) };
    const made = scene(await imageProcess());
    await made.makeFor('import frame', await imageProcess(refuse));
    expect(made.chooser.hasWanted).toBe(false);
    const later = scene(await imageProcess(), { from: made.small });
    expect(await later.choose('import frame')).toBeNull();
    expect(later.chooser.hasWanted).toBe(false);
    await later.makeFor('import drawing');
    expect(names(await later.choose('import drawing'))).toEqual(['drawing']);
  });

  it.each<[string, (process: ImageProcess) => void]>([
    ['that was not made in time', () => undefined],
    ['whose process was killed meanwhile', ({ process }) => process.kill()],
    ['that was given up since a guest came in', ({ sidecar }) => void sidecar.openInterpreter('guest')],
  ])('one %s is tried once more, and nothing of it is kept', async (_what, disturb) => {
    const making = deferred();
    const maker = await imageProcess({
      makePackageSnapshot: async () => {
        await making.promise;
        throw new RpcError('busy', 'not done within 90000 ms');
      },
    });
    const { choose, chooser, small } = scene(await imageProcess());
    expect(await choose('import frame')).toBeNull();
    const ended = chooser.makeWanted(maker.sidecar, LIMIT_MS);
    await eventually(() => expect(maker.process.called('makePackageSnapshot')).toHaveLength(1));
    disturb(maker);
    making.resolve();
    await ended;
    expect(readdirSync(path.join(small.folder, 'images')).filter((name) => name !== 'content')).toEqual([]);
    expect(chooser.hasWanted).toBe(true);
    await chooser.makeWanted((await imageProcess()).sidecar, LIMIT_MS);
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it('one that fails twice is left to another day', async () => {
    const { choose, chooser } = scene(await imageProcess());
    await choose('import frame');
    for (let time = 0; time < 2; time++) {
      const maker = await imageProcess({ makePackageSnapshot: () => never() });
      const ended = chooser.makeWanted(maker.sidecar, LIMIT_MS);
      await eventually(() => expect(maker.process.called('makePackageSnapshot')).toHaveLength(1));
      maker.process.kill();
      await ended;
    }
    expect(chooser.hasWanted).toBe(false);
  });

  it('none is made while another process makes one', async () => {
    const made = scene(await imageProcess());
    const release = await claimSnapshotMaking(path.join(made.small.folder, 'images'));
    const maker = await imageProcess();
    await made.makeFor('import frame', maker);
    expect(maker.process.called('makePackageSnapshot')).toEqual([]);
    await release?.();
    const later = scene(await imageProcess(), { from: made.small });
    await later.makeFor('import frame', maker);
    expect(maker.process.called('makePackageSnapshot')).toHaveLength(1);
  });
});

describe('an image that was made before', () => {
  const withImage = async (code = 'import frame'): Promise<Scene & { key: string }> => {
    const made = scene(await imageProcess());
    await made.makeFor(code);
    const chosen = await made.choose(code);
    if (chosen === null) throw new Error('no image was made');
    return { ...made, key: chosen.key, use: made.use };
  };

  it('is handed over whole, with its packages, also to a process with guests in it', async () => {
    const { use, choose, key } = await withImage();
    const process = await imageProcess();
    await process.sidecar.openInterpreter('guest');
    use(process);
    expect(await choose('import frame')).toMatchObject({ key, needed: ['numbers', 'frame'] });
    expect(Buffer.compare(process.images.get(key) ?? new Uint8Array(), imageOf(hashes(NUMBERS, FRAME)))).toBe(
      0,
    );
    expect([...process.shelf.keys()].sort()).toEqual(hashes(NUMBERS, FRAME).sort());
    expect(process.process.called('makePackageSnapshot')).toEqual([]);
    const handedOver = process.process.called('loadPackageSnapshot').length;
    expect(await choose('import frame')).toMatchObject({ key });
    expect(process.process.called('loadPackageSnapshot')).toHaveLength(handedOver);
  });

  it('is used with more packages in it than needed, if all of them are allowed', async () => {
    const { use, choose, key, small } = await withImage('import frame');
    use(await imageProcess());
    expect(await choose('import numbers')).toMatchObject({ key, needed: ['numbers'] });
    const strict = scene(await imageProcess(), { from: small, allow: ['numbers'] });
    await strict.makeFor('import numbers');
    const chosen = await strict.choose('import numbers');
    expect([names(chosen), chosen?.key === key]).toEqual([['numbers'], false]);
  });

  it('is not used with fewer packages in it than needed', async () => {
    const { choose, makeFor } = await withImage('import numbers');
    await makeFor('import frame');
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it('that is damaged on disk is made anew', async () => {
    const { key, small, files } = await withImage();
    flipByte(path.join(small.folder, 'images', files()[0] ?? ''));
    const process = await imageProcess();
    const later = scene(process, { from: small });
    await later.makeFor('import frame');
    expect(process.process.called('adoptPackageSnapshot')).toEqual([]);
    expect(await later.choose('import frame')).toMatchObject({ key });
  });

  it('whose description is gone is made anew', async () => {
    const { key, small } = await withImage();
    rmSync(path.join(small.folder, 'images', 'content'), { recursive: true });
    const later = scene(await imageProcess(), { from: small });
    await later.makeFor('import frame');
    expect(await later.choose('import frame')).toMatchObject({ key });
  });

  it('that a process can not use is discarded, and made anew', async () => {
    const { key, small, store } = await withImage();
    const broken = await imageProcess({
      adoptPackageSnapshot: () => Promise.reject(new RpcError('failed', 'it is for another engine')),
    });
    const later = scene(broken, { from: small });
    expect(await later.choose('import frame')).toBeNull();
    expect(await store.read(key)).toBeUndefined();
    await later.chooser.makeWanted((await imageProcess()).sidecar, LIMIT_MS);
    later.use(await imageProcess());
    expect(await later.choose('import frame')).toMatchObject({ key });
  });

  it('stays when the process only died over it', async () => {
    const { use, choose, key, store } = await withImage();
    const process = await imageProcess({ adoptPackageSnapshot: () => never() });
    use(process);
    const chosen = choose('import frame');
    await eventually(() => expect(process.process.called('adoptPackageSnapshot')).toHaveLength(1));
    process.process.exit(9);
    expect(await chosen).toBeNull();
    expect(await store.read(key)).toBeDefined();
  });

  it('that turned out to be unusable is discarded', async () => {
    const { chooser, key, store } = await withImage();
    await chooser.discard(key);
    expect(await store.read(key)).toBeUndefined();
  });
});

describe('the list of images to be made', () => {
  it('has the sets of packages that runs lacked, each once, eight at most', async () => {
    const many = Array.from({ length: 10 }, (_one, index) =>
      wheel(`many-${String(index)}`, { padding: 2_100_000 }),
    );
    const made = scene(await imageProcess(), { from: world({ wheels: [...WHEELS, ...many] }) });
    for (let time = 0; time < 2; time++) expect(await made.choose('import frame')).toBeNull();
    expect(made.wanted()).toBe(1);
    for (const { name } of many) expect(await made.choose(`import ${name.replaceAll('-', '_')}`)).toBeNull();
    expect(made.wanted()).toBe(8);
    await made.chooser.makeWanted((await imageProcess()).sidecar, LIMIT_MS);
    expect(names(await made.choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it('is not for a process with a guest in it', async () => {
    const made = scene(await imageProcess());
    expect(await made.choose('import frame')).toBeNull();
    const guested = await imageProcess();
    await guested.sidecar.openInterpreter('guest');
    await made.chooser.makeWanted(guested.sidecar, LIMIT_MS);
    expect(guested.process.called('makePackageSnapshot')).toEqual([]);
  });

  it('has each given up after the time that it may take', async () => {
    const made = scene(await imageProcess());
    await made.choose('import frame');
    const slow = await imageProcess({ makePackageSnapshot: () => never() });
    const making = made.chooser.makeWanted(slow.sidecar, LIMIT_MS);
    await eventually(() => expect(slow.process.called('makePackageSnapshot')).toHaveLength(1));
    made.clock.advance(LIMIT_MS);
    await making;
    expect(made.files()).toEqual([]);
  });
});

describe('a run waits for an image to be handed over at most', () => {
  const handedOver = async (): Promise<{ scene: Scene; process: ImageProcess }> => {
    const made = scene(await imageProcess());
    await made.makeFor('import frame');
    const process = await imageProcess({ adoptPackageSnapshot: () => never() });
    return { scene: scene(process, { from: made.small }), process };
  };

  it('150 s', async () => {
    const { process, scene: later } = await handedOver();
    const chosen = later.choose('import frame');
    await eventually(() => expect(process.process.called('adoptPackageSnapshot')).toHaveLength(1));
    later.clock.advance(150_000);
    expect(await chosen).toBeNull();
  });

  it('until it is cancelled', async () => {
    const { process, scene: later } = await handedOver();
    const controller = new AbortController();
    const chosen = later.choose('import frame', {}, controller.signal);
    await eventually(() => expect(process.process.called('adoptPackageSnapshot')).toHaveLength(1));
    controller.abort();
    expect(await chosen).toBeNull();
  });
});
