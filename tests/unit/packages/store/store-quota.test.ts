/** What code may keep in the store: capped in all, least recently used out, and never what the user or a run needs. */
import { utimesSync } from 'node:fs';
import process from 'node:process';
import { expect, it } from 'vitest';
import { PackageCatalog } from '../../../../src/main/packages/resolve/catalog.ts';
import { ModuleOwners } from '../../../../src/main/packages/resolve/module-owners.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import type { UserEntry } from '../../../../src/main/packages/resolve/package-entry.ts';
import {
  LOCK_WHEELS,
  lockText,
  settingsFor,
  sha256,
  storedAt,
  wheel,
  world,
  type World,
} from '../support/world.ts';
import { MIB } from '../../../../src/shared/units.ts';

const large = (name: string) => wheel(name, { padding: 0.6 * MIB });
const FURTHER = [large('one'), large('two'), large('three'), large('four')] as const;

/** Room for two of them. */
const capped = (small: World) =>
  small.open({ settings: { ...settingsFor(small.mirror), cacheMiB: 1.5 } }).service;

const byCode = (...named: string[]) => ({ askedBy: 'code' as const, spelledOut: new Set(named) });

const usedAt = (small: World, name: string, seconds: number): void => {
  const one = FURTHER.find((candidate) => candidate.name === name) ?? FURTHER[0];
  utimesSync(storedAt(small, one), seconds, seconds);
};

it('the package not used for longest is evicted first, with its entry', async () => {
  const small = world({ further: FURTHER });
  const service = capped(small);
  await service.ensure(['one'], byCode('one'));
  await service.ensure(['two'], byCode('two'));
  usedAt(small, 'one', 2_000_000);
  usedAt(small, 'two', 1_000_000);
  await service.ensure(['three'], byCode('three'));
  expect((await service.inventory.installed()).map(({ name }) => name)).toEqual(['one', 'three']);
  expect(await service.inventory.missing()).toEqual([]);
});

it('packages installed by hand are not counted and not evicted', async () => {
  const small = world({ further: FURTHER });
  const service = capped(small);
  const wheels = await service.ensure(['one', 'two'], { askedBy: 'user' });
  await service.byHand.mark(wheels, ['one', 'two']);
  usedAt(small, 'one', 1_000_000);
  await service.ensure(['three'], byCode('three'));
  await service.ensure(['four'], byCode('four'));
  expect((await service.inventory.installed()).map(({ name }) => name)).toEqual([
    'four',
    'one',
    'three',
    'two',
  ]);
});

it('packages held by another run are not evicted; without room a run is refused', async () => {
  const small = world({ further: FURTHER });
  const service = capped(small);
  const { spelledOut, ...options } = byCode('one', 'two');
  const work = await service.begin(options);
  await work.obtain({ required: ['one', 'two'], spelledOut });
  await expect(service.ensure(['three'], byCode('three'))).rejects.toMatchObject({
    name: 'PackageError',
    message: expect.stringContaining('cacheMiB') as string,
  });
  await work.release();
  await service.ensure(['three'], byCode('three'));
  expect((await service.inventory.installed()).map(({ name }) => name)).toContain('three');
});

it('finds the providers of 400 imports among 1500 entries of the user’s lock in one pass', () => {
  const lock = PackageLock.parse(lockText(LOCK_WHEELS));
  const entries = Array.from({ length: 1500 }, (_none, index): UserEntry => {
    const name = `made-up-${String(index)}`;
    const imports = Array.from({ length: 100 }, (_module, part) => `module_${String(index)}_${String(part)}`);
    const fileName = `made_up_${String(index)}-1.0-py3-none-any.whl`;
    return {
      ...{ name, version: '1.0', fileName, sha256: sha256(name), kind: 'wheel', depends: [], imports },
      ...{ origin: 'user', asked: '', named: true },
    };
  });
  const modules = Array.from({ length: 400 }, (_none, index) => `made_up_${String(index * 3)}`);
  const owners = new ModuleOwners(lock.entries());
  const before = process.cpuUsage();
  const catalog = new PackageCatalog({ lock, entries, owners });
  const providers = catalog.providersOf(modules);
  const { user, system } = process.cpuUsage(before);
  expect(providers.size).toBe(400);
  expect((user + system) / 1000).toBeLessThan(1000);
});
