import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PackageCatalog } from '../../../../src/main/packages/resolve/catalog.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import type { UserEntry } from '../../../../src/main/packages/resolve/package-entry.ts';
import { resolve } from '../../../../src/main/packages/resolve/resolver.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { LOCK_WHEELS, lockEntry, lockText, sha256, wheel, WHEELS } from '../support/world.ts';

const REAL = readFileSync(createRequire(import.meta.url).resolve('pyodide/pyodide-lock.json'), 'utf8');

const namesFor = async (lock: PackageLock, ...names: string[]): Promise<string[]> => {
  const requirements = names.map((name) => ({ name, versions: '' }));
  const { entries } = await resolve(requirements, new PackageCatalog({ lock }), lock.python);
  return entries.map(({ name }) => name);
};

describe("Pyodide's own lock", () => {
  const lock = PackageLock.parse(REAL);

  test('is read whole, with names in one form', () => {
    expect([...lock.entries()]).toHaveLength(354);
    expect([lock.python, lock.abi]).toEqual(['3.14.0', '2026_0']);
    expect(lock.get('Jinja2')).toBe(lock.get('jinja2'));
    expect(lock.get('RUAMEL_yaml')?.fileName).toMatch(/^ruamel/u);
    expect(lock.get('libopenblas')?.kind).toBe('library');
    expect(lock.get('pandas-tests')?.kind).toBe('tests');
    expect(lock.get('constructor')).toBeUndefined();
  });

  test('every dependency in it is found', async () => {
    const all = [...lock.entries()].map(({ name }) => name);
    expect((await namesFor(lock, ...all)).sort()).toEqual(all.sort());
  });

  test('dependencies come before what needs them', async () => {
    const names = await namesFor(lock, 'pandas', 'matplotlib');
    expect(names.indexOf('numpy')).toBeLessThan(names.indexOf('pandas'));
    expect(names.indexOf('six')).toBeLessThan(names.indexOf('python-dateutil'));
    expect(names).toContain('contourpy');
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    [['PIL.Image'], ['pillow']],
    [
      ['sklearn.linear_model', 'dateutil'],
      ['scikit-learn', 'python-dateutil'],
    ],
    [['mpl_toolkits.mplot3d', 'matplotlib'], ['matplotlib']],
    [
      ['bs4', 'yaml'],
      ['beautifulsoup4', 'pyyaml'],
    ],
    [['os', 'sys', 'nothing_of_the_kind', '__proto__', ''], []],
  ])('imports %j come from %j', (imports, packages) => {
    const providers = new PackageCatalog({ lock }).providersOf(imports);
    expect([...new Set([...providers.values()].map(({ name }) => name))]).toEqual(packages);
  });

  test.each(['a-first-name', 'pil', 'sklearn'])(
    '"%s" beyond the lock brings no module of the lock',
    (name) => {
      const claimed: UserEntry = {
        name,
        version: '1.0',
        fileName: `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`,
        sha256: sha256(name),
        kind: 'wheel',
        depends: [],
        imports: ['PIL', 'sklearn', 'numpy', 'of_its_own'],
        origin: 'user',
        asked: '',
        named: true,
      };
      const mark = { sha256: claimed.sha256, name, version: '1.0', named: true };
      const byHand = new Map([[claimed.sha256, mark]]);
      const catalog = new PackageCatalog({ lock, entries: [claimed], byHand });
      const providers = catalog.providersOf(['PIL.Image', 'sklearn', 'numpy', 'of_its_own.part']);
      expect([...providers].map(([module, provider]) => [module, provider.name])).toEqual([
        ['PIL.Image', 'pillow'],
        ['sklearn', 'scikit-learn'],
        ['numpy', 'numpy'],
        // Installed by hand: it provides the modules its wheel claims, where no other package has them.
        ['of_its_own.part', name],
      ]);
    },
  );
});

test('packages that need each other are found once each', async () => {
  const lock = PackageLock.parse(lockText(LOCK_WHEELS));
  expect((await namesFor(lock, 'loop-a')).sort()).toEqual(['loop-a', 'loop-b']);
  expect(await namesFor(lock, 'plot', 'frame', 'plot')).toEqual(['numbers', 'frame', 'plot']);
});

describe('a hostile or damaged lock is refused', () => {
  const broken = (part: Record<string, unknown>): string =>
    lockText([], { one: { ...lockEntry(WHEELS.numbers), ...part } });
  test.each([
    ['no JSON', '{'],
    ['another kind of document', '[]'],
    ['a path as file name', broken({ file_name: '../../evil-1.0-py3-none-any.whl' })],
    ['an absolute path', broken({ file_name: '/etc/evil.whl' })],
    ['a Windows path', broken({ file_name: 'C:\\evil.whl' })],
    ['another kind of file', broken({ file_name: 'evil.exe' })],
    ['a hash that is none', broken({ sha256: 'abc' })],
    ['a name with a path', broken({ name: '../x' })],
    ['a dependency that is no name', broken({ depends: ['a b'] })],
    ['a version with a slash', broken({ version: '1/2' })],
    ['endless imports', broken({ imports: Array.from({ length: 5000 }, () => 'x') })],
    [
      'two packages of one name',
      lockText([wheel('a-b')], { x: { ...lockEntry(wheel('a-b')), name: 'A_b' } }),
    ],
  ])('%s', (_what, text) => {
    expect(() => PackageLock.parse(text)).toThrow(expect.objectContaining({ code: 'bad-lock' }));
  });

  test('prototype keys reach nothing', () => {
    const text = lockText([]).replace('"packages":{', '"packages":{"__proto__":{"name":"evil"}');
    const lock = PackageLock.parse(text);
    expect([...lock.entries()]).toEqual([]);
    expect(Object.prototype).not.toHaveProperty('name');
  });

  test('one flipped byte', async () => {
    const file = path.join(temporaryFolder(), 'lock.json');
    writeFileSync(file, REAL);
    await expect(PackageLock.load(file, sha256(REAL))).resolves.toBeInstanceOf(PackageLock);
    writeFileSync(file, REAL.replace('"2.4.3"', '"2.4.2"'));
    await expect(PackageLock.load(file, sha256(REAL))).rejects.toThrow(
      expect.objectContaining({ code: 'bad-lock' }),
    );
    await expect(PackageLock.load(`${file}.gone`, sha256(REAL))).rejects.toThrow(/install Vivarium again/u);
  });
});
