import path from 'node:path';
import { InvalidSettingError } from '../../shared/config/config-keys.ts';
import { LIMITS } from '../../shared/limits.ts';
import { JsonStore } from '../config/json-store.ts';
import { MIGRATIONS } from '../config/migrations/index.ts';
import { Settings } from '../config/settings.ts';
import type {
  Disposable,
  PythonSettings,
  PythonSettingsNotice,
  PythonSettingsOptions,
  PythonSettingsStore,
} from './api/api.ts';
import { VivariumError } from './errors.ts';

class FileSettings implements PythonSettingsStore {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get notices(): readonly PythonSettingsNotice[] {
    return this.#settings.notices;
  }

  get(): PythonSettings {
    return this.#settings.get().plugins.python;
  }

  async set(change: Partial<PythonSettings>): Promise<PythonSettings> {
    try {
      await this.#settings.update({ plugins: { python: change } });
    } catch (cause) {
      if (!(cause instanceof InvalidSettingError)) throw cause;
      throw new VivariumError('invalid-option', cause.message, { cause });
    }
    return this.get();
  }

  onChange(listener: (now: PythonSettings) => void): Disposable {
    const dispose = this.#settings.onChange(({ config }) => listener(config.plugins.python));
    return { dispose };
  }
}

/**
 * Settings that are kept in a file of their own. A file that is damaged is moved aside, and never deleted; `notices` says so.
 *
 * @throws VivariumError `invalid-option`
 */
export const openPythonSettings = async ({ file }: PythonSettingsOptions): Promise<PythonSettingsStore> => {
  if (typeof file !== 'string' || !path.isAbsolute(file)) {
    throw new VivariumError('invalid-option', 'file: must be the full path of a file');
  }
  const store = new JsonStore({ path: file, maxBytes: LIMITS.settingsBytes, migrations: MIGRATIONS });
  return new FileSettings(await Settings.load(store));
};
