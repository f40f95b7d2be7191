/** Which image a run starts from: real wheels, a real store of images, processes at the other end of real channels. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BytecodeStore } from '../../../../src/main/sandbox/packages/bytecode-store.ts';
import { RunNeeds } from '../../../../src/main/sandbox/packages/run-needs.ts';
import {
  SnapshotSelector,
  type SelectedSnapshot,
} from '../../../../src/main/sandbox/execution/snapshot-selector.ts';
import { PackageSnapshotStore } from '../../../../src/main/sandbox/snapshots/package-snapshot-store.ts';
import type { SidecarClient } from '../../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { RpcError } from '../../../../src/shared/rpc/errors.ts';
import type { RunRequest } from '../../../../src/shared/contract/sandbox.ts';
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
  inBackground: boolean;
  readonly wanted: () => number;
  readonly asked: () => number;
  readonly choose: (
    code: string,
    request?: Partial<RunRequest>,
    signal?: AbortSignal,
  ) => Promise<SelectedSnapshot | null>;
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
      inBackground: () => made.inBackground,
      onWanted: () => {
        wanted += 1;
      },
    }),
    use: (process) => {
      ({ sidecar } = process);
    },
    inBackground: false,
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
  };
  return made;
};

const names = (chosen: SelectedSnapshot | null): string[] | null =>
  chosen?.wheels.map(({ name }) => name) ?? null;

describe('in a process without a guest', () => {
  it('an image is made once its packages are in the process, and is kept', async () => {
    const process = await imageProcess();
    const { choose, store, files } = scene(process);
    const chosen = await choose(
      'import frame as f\nfrom numbers import deep, _private\nimport numbers.testing',
    );
    expect(names(chosen)).toEqual(['numbers', 'frame']);
    expect(chosen?.needed).toEqual(['numbers', 'frame']);
    const [made] = process.process.called('makePackageSnapshot');
    expect(made?.params).toMatchObject({
      key: chosen?.key,
      hashes: hashes(NUMBERS, FRAME),
      // Not those that the code names.
      modules: ['numbers', 'frame'],
    });
    const methods = process.process.calls.map(({ method }) => method);
    expect(methods.lastIndexOf('loadPackage')).toBeLessThan(methods.indexOf('makePackageSnapshot'));
    expect(await store.read(chosen?.key ?? '')).toEqual(imageOf(hashes(NUMBERS, FRAME)));
    expect(files()).toEqual([`${chosen?.key ?? ''}.snapshot`]);
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
    const process = await imageProcess();
    const { choose } = scene(process);
    expect(await choose(code, request)).toBeNull();
    expect(process.process.called('makePackageSnapshot')).toEqual([]);
  });

  it('an image is used for a run whose only module is its own script', async () => {
    const { choose } = scene(await imageProcess());
    const files = [
      { name: 'script.py', bytes: new Uint8Array(1) },
      { name: 'data.csv', bytes: new Uint8Array(1) },
    ];
    expect(names(await choose('import frame', { script: 'script.py', files }))).toEqual(['numbers', 'frame']);
    expect(await choose('import frame', { script: 'other.py', files })).toBeNull();
  });

  it('two runs at once have an image made once', async () => {
    const process = await imageProcess();
    const { choose } = scene(process);
    const both = await Promise.all([choose('import frame'), choose('import frame, numbers')]);
    expect(both.map(names)).toEqual([
      ['numbers', 'frame'],
      ['numbers', 'frame'],
    ]);
    expect(process.process.called('makePackageSnapshot')).toHaveLength(1);
  });

  it('an image that can not be made is not tried again, in this or another process', async () => {
    const refuse = { makePackageSnapshot: () => Promise.reject(new RpcError('failed', 'it does not work')) };
    const process = await imageProcess(refuse);
    const made = scene(process);
    expect(await made.choose('import frame')).toBeNull();
    expect(await made.choose('import frame')).toBeNull();
    expect(process.process.called('makePackageSnapshot')).toHaveLength(1);
    const other = await imageProcess();
    made.use(other);
    expect(await made.choose('import frame')).toBeNull();
    expect(other.process.called('makePackageSnapshot')).toEqual([]);
    expect(names(await made.choose('import drawing'))).toEqual(['drawing']);
  });

  it('an image that was not made in time is tried again by the next process', async () => {
    const late = {
      makePackageSnapshot: () => Promise.reject(new RpcError('busy', 'not done within 90000 ms')),
    };
    const { choose, use } = scene(await imageProcess(late));
    expect(await choose('import frame')).toBeNull();
    use(await imageProcess());
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it('an image whose process was ended meanwhile is tried again', async () => {
    const process = await imageProcess({ makePackageSnapshot: () => never() });
    const { choose, files, use } = scene(process);
    const choosing = choose('import numbers');
    await eventually(() => expect(process.process.called('makePackageSnapshot')).toHaveLength(1));
    process.process.kill();
    expect(await choosing).toBeNull();
    use(await imageProcess());
    expect(await choose('import numbers')).not.toBeNull();
    expect(files()).toHaveLength(1);
  });

  it('an image that was given up since a guest came in is tried again', async () => {
    const making = deferred();
    const process = await imageProcess({
      makePackageSnapshot: async () => {
        await making.promise;
        throw new RpcError('failed', 'refused');
      },
    });
    const { choose, use } = scene(process);
    const chosen = choose('import frame');
    await eventually(() => expect(process.process.called('makePackageSnapshot')).toHaveLength(1));
    await process.sidecar.openInterpreter('guest');
    making.resolve();
    expect(await chosen).toBeNull();
    use(await imageProcess());
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });
});

describe('an image that was made before', () => {
  const withImage = async (code = 'import frame'): Promise<Scene & { key: string }> => {
    const made = scene(await imageProcess());
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
    const strict = await imageProcess();
    const chosen = await scene(strict, { from: small, allow: ['numbers'] }).choose('import numbers');
    expect([names(chosen), chosen?.key === key]).toEqual([['numbers'], false]);
  });

  it('is not used with fewer packages in it than needed', async () => {
    const { use, choose } = await withImage('import numbers');
    use(await imageProcess());
    expect(names(await choose('import frame'))).toEqual(['numbers', 'frame']);
  });

  it('that is damaged on disk is made anew', async () => {
    const { use, choose, key, small, files } = await withImage();
    flipByte(path.join(small.folder, 'images', files()[0] ?? ''));
    const process = await imageProcess();
    use(process);
    expect(await choose('import frame')).toMatchObject({ key });
    expect(process.process.called('adoptPackageSnapshot')).toEqual([]);
    expect(process.process.called('makePackageSnapshot')).toHaveLength(1);
  });

  it('that a process can not use is discarded, and made anew', async () => {
    const { use, choose, key, store } = await withImage();
    const broken = await imageProcess({
      adoptPackageSnapshot: () => Promise.reject(new RpcError('failed', 'it is for another engine')),
    });
    await broken.sidecar.openInterpreter('guest');
    use(broken);
    expect(await choose('import frame')).toBeNull();
    expect(await store.read(key)).toBeUndefined();
    use(await imageProcess());
    expect(await choose('import frame')).toMatchObject({ key });
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

describe('the list of images for another process to make', () => {
  it('has the sets of packages that a process with guests lacks, each once, eight at most', async () => {
    const process = await imageProcess();
    await process.sidecar.openInterpreter('guest');
    const many = Array.from({ length: 10 }, (_one, index) =>
      wheel(`many-${String(index)}`, { padding: 2_100_000 }),
    );
    const made = scene(process, { from: world({ wheels: [...WHEELS, ...many] }) });
    for (let time = 0; time < 2; time++) expect(await made.choose('import frame')).toBeNull();
    expect(made.wanted()).toBe(1);
    for (const { name } of many) expect(await made.choose(`import ${name.replaceAll('-', '_')}`)).toBeNull();
    expect(made.wanted()).toBe(8);

    const reserve = await imageProcess();
    await made.chooser.makeWanted(reserve.sidecar);
    expect(names(await made.choose('import frame'))).toEqual(['numbers', 'frame']);
    expect(process.process.called('makePackageSnapshot')).toEqual([]);
    expect(reserve.process.called('makePackageSnapshot')).toHaveLength(1);
  });

  it('has all of them where a process is on standby', async () => {
    const made = scene(await imageProcess());
    made.inBackground = true;
    expect(await made.choose('import frame')).toBeNull();
    const guested = await imageProcess();
    await guested.sidecar.openInterpreter('guest');
    await made.chooser.makeWanted(guested.sidecar);
    expect(guested.process.called('makePackageSnapshot')).toEqual([]);
  });

  it('is given up after 40 s', async () => {
    const made = scene(await imageProcess());
    made.inBackground = true;
    await made.choose('import frame');
    const slow = await imageProcess({ makePackageSnapshot: () => never() });
    const making = made.chooser.makeWanted(slow.sidecar);
    await eventually(() => expect(slow.process.called('makePackageSnapshot')).toHaveLength(1));
    made.clock.advance(40_000);
    await making;
    expect(existsSync(path.join(made.small.folder, 'images'))).toBe(false);
  });
});

describe('a run waits at most', () => {
  it('150 s for an image to be made', async () => {
    const process = await imageProcess({ makePackageSnapshot: () => never() });
    const { choose, clock } = scene(process);
    const chosen = choose('import frame');
    await eventually(() => expect(process.process.called('makePackageSnapshot')).toHaveLength(1));
    clock.advance(150_000);
    expect(await chosen).toBeNull();
  });

  it('until it is cancelled, or its process is gone', async () => {
    const process = await imageProcess({ makePackageSnapshot: () => never() });
    const { choose } = scene(process);
    const controller = new AbortController();
    const chosen = choose('import frame', {}, controller.signal);
    await eventually(() => expect(process.process.called('makePackageSnapshot')).toHaveLength(1));
    controller.abort();
    expect(await chosen).toBeNull();
    process.process.exit(9);
    expect(await choose('import drawing')).toBeNull();
  });
});
