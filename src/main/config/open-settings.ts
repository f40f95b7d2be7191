import path from 'node:path';
import { LIMITS } from '../../shared/limits.ts';
import { JsonStore } from './json-store.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Settings } from './settings.ts';

/** The settings in the data folder. Never rejects: see `Settings.load`. */
export const openSettings = (dataFolder: string): Promise<Settings> =>
  Settings.load(
    new JsonStore({
      path: path.join(dataFolder, 'settings.json'),
      maxBytes: LIMITS.settingsBytes,
      migrations: MIGRATIONS,
    }),
  );
