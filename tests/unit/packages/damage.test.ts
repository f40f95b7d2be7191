/** Everything that the store keeps, damaged in every way: found before use, fetched again or named, and nothing else changed. */
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { examineStore, obtainPackages } from '../../../src/main/packages/maintenance.ts';
import type { Packages } from '../../../src/main/packages/open-packages.ts';
import { DAMAGES, flipByte, stateBelow, without } from '../../support/damage.ts';
import {
  LOCK_WHEELS,
  settingsFor,
  sha256,
  storedAt,
  wheel,
  WHEELS,
  world,
  type World,
} from './support/world.ts';

const FURTHER = [wheel('extra', { depends: ['numbers'] }), wheel('spare-part')] as const;
const [EXTRA, SPARE] = FURTHER;

const quiet = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

/** A store with packages of the lock and beyond it, and a mirror that has them all. */
const filled = async (): Promise<World & { packages: Packages; online: () => void; offline: () => void }> => {
  const small = world({ further: FURTHER });
  const packages = small.open();
  await obtainPackages(packages, ['plot', 'extra', 'spare-part'], quiet());
  const away = `${small.mirror}.away`;
  return {
    ...small,
    packages,
    offline: () => renameSync(small.mirror, away),
    online: () => renameSync(away, small.mirror),
  };
};

/** All of the store but one file, and what was moved aside. */
const rest = (small: World, file: string): Map<string, string> =>
  without(stateBelow(small.store), path.relative(small.store, file), 'damaged', 'unfinished');

const reading = async ({ service }: Packages): Promise<Record<string, string>> => {
  const hashes: Record<string, string> = {};
  const named = ['plot', 'extra'];
  for (const one of await service.ensure(named, { askedBy: 'code', spelledOut: new Set(named) })) {
    hashes[one.name] = sha256(await service.read(one));
  }
  return hashes;
};

const EXPECTED = Object.fromEntries(
  [WHEELS.numbers, WHEELS.frame, WHEELS.plot, EXTRA].map(({ name, bytes }) => [name, sha256(bytes)]),
);

/** Damages after which no file stands there: found while what is needed is looked up, where who needs it is known. */
const FOUND_AT_LOOK_UP = new Set([
  'a folder',
  'unreadable, a link in a circle',
  'a link to nowhere',
  'a pipe that nobody writes to',
  'missing',
]);
const WHEEL_CASES = [
  { name: WHEELS.numbers.name, neededBy: ', which frame needs,' },
  { name: EXTRA.name, neededBy: '' },
].flatMap(({ name, neededBy }) =>
  DAMAGES.map(({ what, apply }) => ({
    name,
    what,
    apply,
    told: new RegExp(
      `^${name} 1\\.0${FOUND_AT_LOOK_UP.has(what) ? neededBy : ''} could not be obtained: .+; .+`,
      'u',
    ),
  })),
);
const wheelOf = (name: string) =>
  [...LOCK_WHEELS, ...FURTHER].find((one) => one.name === name) ?? WHEELS.frame;

describe('a wheel', () => {
  test.each(WHEEL_CASES)('$name, $what: mended from a source', async ({ name, apply }) => {
    const small = await filled();
    const file = storedAt(small, wheelOf(name));
    const before = rest(small, file);
    const sound = stateBelow(path.dirname(file));
    apply(file, storedAt(small, WHEELS.frame));
    expect(await reading(small.packages)).toEqual(EXPECTED);
    expect(stateBelow(path.dirname(file))).toEqual(sound);
    expect(rest(small, file)).toEqual(before);
  });

  test.each(WHEEL_CASES)(
    '$name, $what: named where there is no source',
    async ({ name, what, apply, told }) => {
      const small = await filled();
      const file = storedAt(small, wheelOf(name));
      const before = rest(small, file);
      small.offline();
      apply(file, storedAt(small, WHEELS.frame));
      await expect(reading(small.packages)).rejects.toMatchObject({
        code: 'no-source',
        packageName: name,
        message: expect.stringMatching(told) as string,
      });
      expect(existsSync(file)).toBe(false);
      expect(rest(small, file)).toEqual(before);
      const { damaged, missing } = await examineStore(small.packages, quiet());
      expect([damaged, missing, what]).toEqual([[], [name], what]);
      small.online();
      expect(await reading(small.packages)).toEqual(EXPECTED);
    },
  );

  test.each(WHEEL_CASES)('$name, $what: named by a check', async ({ name, what, apply }) => {
    const small = await filled();
    const file = storedAt(small, wheelOf(name));
    const before = rest(small, file);
    apply(file, storedAt(small, WHEELS.frame));
    const report = await examineStore(small.packages, quiet());
    const found = [...report.damaged.map((one) => one.name), ...report.missing];
    expect([what, found, report.damagedEntries]).toEqual([what, [name], []]);
    expect(rest(small, file)).toEqual(before);
  });
});

describe("an entry of the user's own lock", () => {
  const entryOf = (small: World, name: string): string =>
    path.join(small.store, 'user-lock', `package-${name}.json`);

  test.each(DAMAGES)('$what: mended from a source', async ({ apply }) => {
    const small = await filled();
    const file = entryOf(small, EXTRA.name);
    const before = rest(small, file);
    const sound = stateBelow(path.dirname(file));
    apply(file, entryOf(small, SPARE.name));
    expect(await reading(small.packages)).toEqual(EXPECTED);
    expect(stateBelow(path.dirname(file))).toEqual(sound);
    expect(rest(small, file)).toEqual(before);
  });

  test.each(DAMAGES)('$what: named where there is no source', async ({ apply }) => {
    const small = await filled();
    const file = entryOf(small, EXTRA.name);
    const before = rest(small, file);
    apply(file, entryOf(small, SPARE.name));
    const alone = small.open({ settings: settingsFor('') });
    await expect(reading(alone)).rejects.toMatchObject({
      code: 'unknown-package',
      packageName: EXTRA.name,
      message: expect.stringMatching(
        /^"extra" is neither in the package lock nor as a usable wheel anywhere else/u,
      ) as string,
    });
    expect(rest(small, file)).toEqual(before);
  });

  test.each(DAMAGES.filter(({ what }) => what !== 'missing'))(
    '$what: named by a check',
    async ({ apply }) => {
      const small = await filled();
      const file = entryOf(small, EXTRA.name);
      const before = rest(small, file);
      apply(file, entryOf(small, SPARE.name));
      expect(await examineStore(small.packages, quiet())).toMatchObject({
        damaged: [],
        damagedEntries: [EXTRA.name],
        missing: [],
      });
      expect(rest(small, file)).toEqual(before);
    },
  );

  test('is named by a check until it is mended or removed, also when code came upon it first', async () => {
    const small = await filled();
    for (const { name } of FURTHER) flipByte(entryOf(small, name));
    small.offline();
    await expect(reading(small.packages)).rejects.toMatchObject({ code: 'no-source' });
    const named = async () => (await examineStore(small.packages, quiet())).damagedEntries;
    expect(await named()).toEqual(['extra', 'spare-part']);
    small.online();
    await reading(small.packages);
    expect(await named()).toEqual(['spare-part']);
    await small.packages.userLock.remove('spare-part');
    expect(await named()).toEqual([]);
  });
});
