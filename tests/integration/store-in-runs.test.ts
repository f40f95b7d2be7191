/** Whole runs of the command line over a store that was filled once: with the network cut, and damaged. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { DAMAGES, stateBelow, without } from '../support/damage.ts';
import { runJson, untilAlone, vivarium, type CommandOptions } from '../support/command.ts';
import { withoutNetwork } from '../support/privileges.ts';
import { testWheels } from '../support/test-wheels.ts';

/** Far more than a run takes on a slow machine. */
const LONG_MS = 300_000;
const DATA_SET = 'node_modules/vega-datasets/data/seattle-weather.csv';
const EXAMPLE = ['run', 'examples/seattle_pandas.py', '--file', DATA_SET, '--offline'];

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vivarium-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('with the network cut after set-up', { timeout: LONG_MS }, () => {
  const filesIn = (folder: string): Record<string, string> => Object.fromEntries(stateBelow(folder));

  it('the pandas example gives the same result without any source', async (context) => {
    const mirror = await testWheels(context);
    const data = path.join(root, 'example');
    const first = await vivarium([...EXAMPLE, '--mirror', mirror, '--out', path.join(root, 'first')], {
      data,
    });
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('precipitation')]);
    const plots = filesIn(path.join(root, 'first'));
    expect(Object.keys(plots)).toEqual(['output-1.html', 'plot-1.png', 'plot-2.png']);

    const again = async (name: string, through: readonly string[]): Promise<void> => {
      const out = path.join(root, name);
      const second = await vivarium([...EXAMPLE, '--out', out], { data, through });
      expect([second.code, second.stdout]).toEqual([0, first.stdout]);
      expect(filesIn(out)).toEqual(plots);
    };
    await again('second', []);
    const through = withoutNetwork(context);
    await again('third', through);
    // The same with an empty store shows that nothing else could have brought the packages.
    const empty = await vivarium(EXAMPLE, { data: path.join(root, 'empty'), through });
    expect([empty.code, empty.stdout]).toEqual([1, '']);
    expect(empty.stderr).toMatch(/could not be obtained: no source is set up/u);
  });
});

const CODE = [
  '-c',
  'import numpy as np\n[int(np.arange(5).sum()), round(float(np.linalg.det(np.eye(3) * 2)), 3)]',
];
const RIGHT = '[10, 8.0]';

describe('over a damaged store', { timeout: LONG_MS }, () => {
  let mirror: string | undefined;
  const filled = (): string => path.join(root, 'numpy');

  /** A copy of a store with numpy, its image, an image without numpy, and an interpreter's snapshot. */
  const store = async (context: TestContext): Promise<{ folder: string; options: CommandOptions }> => {
    if (mirror === undefined) {
      mirror = await testWheels(context);
      for (const code of [CODE, ['-c', 'import lxml.etree, PIL.Image']]) {
        const result = await runJson([...code, '--mirror', mirror, '--offline'], { data: filled() });
        expect(result).toMatchObject({ status: 'ok' });
        await untilAlone(filled());
      }
    }
    const data = mkdtempSync(path.join(root, 'damaged-'));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    cpSync(filled(), data, { recursive: true });
    const [version = ''] = readdirSync(path.join(data, 'pyodide-cache'));
    return { folder: path.join(data, 'pyodide-cache', version), options: { data } };
  };

  const CONTENT = 'snapshots/packages/content';
  /** The files of both images, or of both descriptions, numpy's first. */
  const filesOf = (folder: string, below: string): [string, string] => {
    const names = readdirSync(path.join(folder, CONTENT));
    const isNumpy = (name: string): boolean =>
      readFileSync(path.join(folder, CONTENT, name), 'latin1').includes('"numpy"');
    const [mine, other] = [names.find(isNumpy), names.find((name) => !isNumpy(name))];
    if (mine === undefined || other === undefined || names.length !== 2)
      throw new Error(`images: ${names.join()}`);
    return [path.join(folder, below, mine), path.join(folder, below, other)];
  };

  const CACHES = [
    ['an image with packages', 'snapshots/packages'],
    ['the description of an image', CONTENT],
  ] as const;
  /** The classes themselves are tried with all of them: see snapshot-damage.test.ts and damage.test.ts. */
  const SOME = DAMAGES.filter(({ what }) =>
    ['with one byte flipped', 'another valid file', 'a pipe that nobody writes to'].includes(what),
  );
  const CASES = CACHES.flatMap(([kind, below]) =>
    SOME.slice(0, 2).map(({ what, apply }) => ({ kind, below, what, apply })),
  );

  const expectMended = async (
    { folder, options }: { folder: string; options: CommandOptions },
    [file, ...related]: readonly [string, ...string[]],
    damage: () => void,
  ): Promise<void> => {
    const name = path.relative(folder, file);
    const own = [name, 'snapshots/import-times', ...related.map((one) => path.relative(folder, one))];
    const before = without(stateBelow(folder), ...own);
    damage();
    const damaged = stateBelow(folder).get(name);
    const result = await runJson([...CODE, '--offline'], options);
    expect([result.status, result.value?.text, result.error]).toEqual(['ok', RIGHT, null]);
    await untilAlone(options.data);
    const after = stateBelow(folder);
    expect(after.get(name)).toMatch(/^[0-9a-f]{64}$/u);
    expect(after.get(name)).not.toBe(damaged);
    expect(without(after, ...own)).toEqual(before);
  };

  it.for(SOME)(
    'an interpreter snapshot, $what: the run succeeds, and makes it anew',
    async ({ apply }, context) => {
      const place = await store(context);
      const folder = path.join(place.folder, 'snapshots');
      const name = readdirSync(folder).find((one) => one.endsWith('.snapshot')) ?? '';
      const file = path.join(folder, name);
      await expectMended(place, [file], () => apply(file, filesOf(place.folder, 'snapshots/packages')[0]));
    },
  );

  it.for(CASES)('$kind, $what: the run succeeds, and makes it anew', async ({ below, apply }, context) => {
    const place = await store(context);
    const [file, other] = filesOf(place.folder, below);
    // Made anew together: an image whose description is gone, and the bytecode that is made along with images.
    const [image] = filesOf(place.folder, 'snapshots/packages');
    const bytecode = path.join(place.folder, 'snapshots/bytecode');
    await expectMended(place, [file, image, bytecode], () => apply(file, other));
  });

  it.for(SOME)(
    'a wheel, $what: fetched again from the mirror, named in the error without one',
    async ({ apply }, context) => {
      const { folder, options } = await store(context);
      const files = path.join(folder, 'files');
      const sound = stateBelow(files);
      const named = await vivarium(['packages', 'list', '--json'], options);
      const { packages } = JSON.parse(named.stdout) as { packages: { name: string; sha256: string }[] };
      const sha256 = packages.find(({ name }) => name === 'numpy')?.sha256 ?? '';
      const file = path.join(files, sha256);
      const before = without(stateBelow(folder), path.relative(folder, file), 'damaged', 'unfinished');
      apply(file, path.join(files, [...sound.keys()].find((name) => name !== sha256) ?? ''));
      const alone = await runJson([...CODE, '--offline'], options);
      expect(alone).toMatchObject({ value: null });
      expect(alone.error?.message).toMatch(/numpy 2\.4\.3 could not be obtained: no source is set up/u);
      expect(without(stateBelow(folder), path.relative(folder, file), 'damaged', 'unfinished')).toEqual(
        before,
      );
      const mended = await runJson([...CODE, '--offline', '--mirror', mirror ?? ''], options);
      expect([mended.status, mended.value?.text]).toEqual(['ok', RIGHT]);
      expect(stateBelow(files)).toEqual(sound);
    },
  );
});
