/** A transaction with packages, as a run has one: optional wants, and nothing asked twice. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { OptionalPackage, WantedPackages } from '../../../src/main/packages/package-transaction.ts';
import { UserLock } from '../../../src/main/packages/store/user-lock.ts';
import { hang, serve, testServer } from './support/test-server.ts';
import { offersText, settingsFor, wheel, WHEELS, world } from './support/world.ts';

const imported = (name: string, ...modules: string[]): OptionalPackage => ({
  requirement: name,
  modules: modules.length === 0 ? [name] : modules,
  named: false,
});
const named = (requirement: string): OptionalPackage => ({ requirement, modules: [], named: true });
const wants = (part: Partial<WantedPackages>): WantedPackages => ({ required: [], ...part });

test('optional packages that can not be had are told, and the others come', async () => {
  const small = world();
  rmSync(path.join(small.mirror, WHEELS.loopA.fileName));
  const work = await small.open().service.begin({ askedBy: 'code' });
  const optional = [
    imported('frame'),
    imported('nowhere'),
    imported('loop-b'),
    imported('not a name'),
    imported('numbers>9'),
  ];
  const { refused, wheels } = await work.obtain(wants({ required: ['plot'], optional }));
  expect(wheels.map(({ name }) => name)).toEqual(['numbers', 'frame', 'plot']);
  expect([...refused].map(([name, { code }]) => [name, code])).toEqual([
    ['not a name', 'bad-requirement'],
    ['nowhere', 'unknown-package'],
    ['loop-b', 'no-source'],
    ['numbers>9', 'version-unavailable'],
  ]);
  await expect(work.obtain(wants({ required: ['nowhere'] }))).rejects.toMatchObject({
    code: 'unknown-package',
  });
  expect((await work.kept(['plot']))?.map(({ name }) => name)).toEqual(['numbers', 'frame', 'plot']);
  expect(await work.kept(['nowhere'])).toBeNull();
  await work.release();
});

test('of optional packages that conflict, those that were named first come', async () => {
  const further = [
    wheel('sheet', { version: '1.5' }),
    wheel('sheet', { version: '1.4' }),
    wheel('one', { depends: ['sheet<1.5'] }),
    wheel('two', { depends: ['sheet>=1.5'] }),
  ];
  const work = await world({ further }).open().service.begin({ askedBy: 'code' });
  const optional = [imported('frame'), imported('two'), imported('one')];
  const { refused, wheels } = await work.obtain(wants({ optional }));
  expect(wheels.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'numbers 1.0',
    'frame 1.0',
    'sheet 1.5',
    'two 1.0',
  ]);
  expect([...refused.keys()]).toEqual(['one']);
  await work.release();
});

test('the records are read once, and a look-up that failed is not repeated', async () => {
  const server = await testServer(serve(new Map([['/vivarium-packages.json', offersText([])]])));
  const small = world();
  const { service } = small.open({ settings: settingsFor(small.mirror), indexUrl: `${server.url}/simple` });
  const loads = vi.spyOn(UserLock.prototype, 'load');
  const work = await service.begin({ askedBy: 'code' });
  const asked = wants({
    optional: [imported('plot'), imported('missing')],
    spelledOut: new Set(['missing']),
  });
  for (let times = 0; times < 3; times += 1) {
    const { refused, wheels } = await work.obtain(asked);
    expect([wheels.length, [...refused.keys()]]).toEqual([3, ['missing']]);
    work.providersOf(['plot', 'missing']);
    await work.kept(['plot']);
  }
  await work.release();
  // Once more, when the store is opened: see former-store.ts.
  expect(loads).toHaveBeenCalledTimes(2);
  const again = await service.begin({ askedBy: 'code' });
  await again.obtain(asked);
  await again.release();
  expect(loads).toHaveBeenCalledTimes(3);
  expect(server.requests.filter((url) => url.includes('missing'))).toHaveLength(2);
  loads.mockRestore();
});

test('kept() gives packages without asking a source, and only when all of them are in the store', async () => {
  const server = await testServer(hang);
  const small = world();
  await (await small.open().service.begin({ askedBy: 'code' })).obtain(wants({ required: ['frame'] }));
  const offline = small.open({ settings: settingsFor(server.url) }).service;
  const work = await offline.begin({ askedBy: 'code' });
  expect((await work.kept(['frame']))?.map(({ name }) => name)).toEqual(['numbers', 'frame']);
  expect(await work.kept(['frame', 'plot'])).toBeNull();
  expect(server.requests).toEqual([]);
});

test.each([
  ['awesome-slugify', 'slugify', 'python-slugify'],
  ['typer-slim', 'typer', 'typer'],
  ['pyjwt-fork', 'jwt', 'pyjwt'],
])('%s, when it is named, is the provider of %s', async (name, module, owner) => {
  const further = [wheel(name, { module }), wheel(owner, { module }), wheel('other', { depends: [name] })];
  const small = world({ further });
  const { service } = small.open();
  const obtained = async (part: Partial<WantedPackages>) => {
    const work = await service.begin({ askedBy: 'code' });
    const { wheels } = await work.obtain(wants({ spelledOut: new Set([name, owner]), ...part }));
    await work.release();
    return wheels.map((one) => ({ name: one.name, has: !(one.withheld ?? []).includes(module) }));
  };
  const alone = [{ name, has: true }];
  const byImport = imported(owner, module);
  expect(await obtained({ required: [name], optional: [byImport] })).toEqual(alone);
  expect(await obtained({ optional: [named(`${name}>=1`), byImport] })).toEqual(alone);
  // Named without a use for that module, it does not bring what a later run may want of the well-known one.
  expect(await obtained({ required: [name] })).toEqual([{ name, has: false }]);
  // A package that was not named does not replace a well-known one.
  expect(await obtained({ optional: [byImport] })).toEqual([{ name: owner, has: true }]);
  expect(await obtained({ required: ['other'] })).toContainEqual({ name, has: false });
  // Both were named.
  expect(await obtained({ required: [name, owner], optional: [byImport] })).toEqual([
    { name, has: false },
    { name: owner, has: true },
  ]);
});
