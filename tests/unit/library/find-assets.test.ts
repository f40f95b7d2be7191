import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findAssets, programFolders, type AssetHints } from '../../../src/main/library/find-assets.ts';

const NOWHERE: AssetHints = { moduleUrl: undefined, programFolders: [], resourcesFolder: undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vivarium-assets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const within = (...names: string[]): string => path.join(folder, ...names);
const url = (...names: string[]): string => pathToFileURL(within(...names)).href;

const putAssets = (...names: string[]): string => {
  const target = within(...names);
  mkdirSync(path.join(target, 'utility'), { recursive: true });
  writeFileSync(path.join(target, 'utility', 'runtime.json'), '{}');
  return target;
};
const putPackage = (...names: string[]): string => {
  const target = within(...names, 'node_modules', 'vivarium');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    path.join(target, 'package.json'),
    '{ "name": "vivarium", "exports": { "./package.json": "./package.json" } }',
  );
  return putAssets(path.relative(folder, target), 'out');
};

it('finds the assets around the module, as they are in the package', () => {
  const out = putPackage('app');
  expect(
    findAssets(undefined, { ...NOWHERE, moduleUrl: url('app/node_modules/vivarium/out/lib/main.js') }),
  ).toBe(out);
  const chunk = url('app/node_modules/vivarium/out/lib/chunks/x.js');
  expect(findAssets(undefined, { ...NOWHERE, moduleUrl: chunk })).toBe(out);
});

it('finds the package from a bundle, and from a program whose bundle has no address', () => {
  const out = putPackage('app');
  expect(findAssets(undefined, { ...NOWHERE, moduleUrl: url('app/dist/main/index.js') })).toBe(out);
  expect(
    findAssets(undefined, { ...NOWHERE, programFolders: [within('elsewhere'), within('app', 'dist')] }),
  ).toBe(out);
});

it('finds a copy beside a bundle or among the resources', () => {
  const beside = putAssets('bundle', 'vivarium');
  expect(findAssets(undefined, { ...NOWHERE, moduleUrl: url('bundle/main.js') })).toBe(beside);
  expect(findAssets(undefined, { ...NOWHERE, moduleUrl: url('bundle/chunks/main.js') })).toBe(beside);
  expect(findAssets(undefined, { ...NOWHERE, programFolders: [within('bundle')] })).toBe(beside);
  const resources = putAssets('resources', 'vivarium');
  expect(findAssets(undefined, { ...NOWHERE, resourcesFolder: within('resources') })).toBe(resources);
});

it('prefers the assets around the module, then those among the resources, to those in folders above', () => {
  const hints = {
    moduleUrl: url('app/resources/app/dist/main.js'),
    programFolders: [within('app', 'resources', 'app')],
    resourcesFolder: within('app', 'resources'),
  };
  putPackage('.');
  putPackage('app', 'resources', 'app');
  putAssets('app', 'resources', 'app', 'dist', 'vivarium');
  const resources = putAssets('app', 'resources', 'vivarium');
  expect(findAssets(undefined, hints)).toBe(resources);
  const out = putAssets('app', 'resources', 'app', 'node_modules', 'vivarium', 'out');
  const ofPackage = { ...hints, moduleUrl: url('app/resources/app/node_modules/vivarium/out/lib/main.js') };
  expect(findAssets(undefined, ofPackage)).toBe(out);
});

it('looks around the script of a Node program, not around its arguments', () => {
  const script = within('app', 'main.js');
  expect(programFolders(['/usr/bin/node', script, within('documents', 'x.py')])).toEqual([within('app')]);
  // What stands there with `node -e`, with `node -` and in the REPL.
  for (const argv of [['node', 'x.py'], ['node', '-'], ['node'], []]) {
    expect(programFolders(argv)).toEqual([]);
  }
});

it('uses the folder of the option, and no other in its place', () => {
  putPackage('app');
  const named = putAssets('named');
  const hints = { ...NOWHERE, programFolders: [within('app')] };
  expect(findAssets(named, hints)).toBe(named);
  expect(() => findAssets(within('empty'), hints)).toThrow(
    expect.objectContaining({
      code: 'assets-missing',
      message: expect.stringMatching(/^assetsDir: .*copyAssets/u) as string,
    }),
  );
});

it('names the places it has looked in and what to do', () => {
  const hints = { ...NOWHERE, moduleUrl: url('bundle/main.js') };
  expect(() => findAssets(undefined, hints)).toThrow(
    expect.objectContaining({
      code: 'assets-missing',
      message: expect.stringContaining(within('bundle', 'vivarium')) as string,
    }),
  );
  expect(() => findAssets(undefined, { ...NOWHERE, moduleUrl: 'app:///bundle.js' })).toThrow(
    /not found in any folder/u,
  );
});
