import path from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder } from '../../../src/main/base/data-folder.ts';

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
  ['linux', {}, '/home/me/.config/vivarium'],
  ['linux', { XDG_CONFIG_HOME: '/else' }, '/else/vivarium'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/me/.config/vivarium'],
  ['darwin', { XDG_CONFIG_HOME: '/else' }, '/home/me/Library/Application Support/vivarium'],
  ['win32', { APPDATA: '/roaming' }, '/roaming/vivarium'],
  ['win32', {}, '/home/me/AppData/Roaming/vivarium'],
  ['linux', { VIVARIUM_DATA_DIR: '/data', XDG_CONFIG_HOME: '/else' }, '/data'],
])('%s %j', (platform, env, expected) => {
  expect(dataFolder({ platform, env, home: '/home/me' })).toBe(path.normalize(expected));
});
