/** What versions without marks have left: files in the store, and entries of the user's own lock in format 1. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { settingsFor, wheel, world, type World } from '../support/world.ts';

const FURTHER = [wheel('gadget', { padding: 500_000 }), wheel('newer', { padding: 900_000 })];

/** As it was then. */
const former = async (): Promise<World> => {
  const small = world({ further: FURTHER });
  const { service } = small.open();
  await service.ensure(['gadget', 'numbers'], { askedBy: 'user' });
  for (const folder of ['by-hand', 'in-use'])
    rmSync(path.join(small.store, folder), { recursive: true, force: true });
  const file = path.join(small.store, 'user-lock', 'package-gadget.json');
  const { entry } = JSON.parse(readFileSync(file, 'utf8')) as { entry: string };
  const fields = Object.entries(JSON.parse(entry) as Record<string, unknown>);
  const text = JSON.stringify(
    Object.fromEntries(fields.filter(([key]) => key !== 'asked' && key !== 'named')),
  );
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(file, JSON.stringify({ format: 1, sha256, entry: text }));
  return small;
};

test('packages of an older store are kept whatever runs bring, and provide no import', async () => {
  const small = await former();
  const settings = { ...settingsFor(small.mirror), cacheMiB: 1 };
  const { userInstallMarks, service } = small.open({ settings });
  const work = await service.begin({ askedBy: 'code' });
  expect([...work.providersOf(['gadget', 'numbers']).keys()]).toEqual(['numbers']);
  await work.obtain({ required: ['newer'], spelledOut: new Set(['newer']) });
  await work.release();
  const marks = [...(await userInstallMarks.load()).values()];
  expect(marks.map(({ name, named }) => [name, named]).sort()).toEqual([
    ['gadget', false],
    ['numbers', false],
  ]);
  expect((await service.inventory.installed()).map(({ name }) => name)).toEqual([
    'gadget',
    'newer',
    'numbers',
  ]);
});

test('a package of an older store counts as named once the user installs it again', async () => {
  const { service } = (await former()).open();
  const wheels = await service.ensure(['gadget'], { askedBy: 'user' });
  await service.byHand.mark(wheels, ['gadget']);
  const work = await service.begin({ askedBy: 'code' });
  expect(work.providersOf(['gadget']).get('gadget')).toEqual({ name: 'gadget', isVouchedFor: true });
  await work.release();
});

test('no package of a store of this version, where runs brought them, is marked as installed by hand', async () => {
  const small = world({ further: FURTHER });
  await small.open().service.ensure(['gadget'], { askedBy: 'code', spelledOut: new Set(['gadget']) });
  const { userInstallMarks, service } = small.open();
  await service.inventory.installed();
  expect((await userInstallMarks.load()).size).toBe(0);
});
