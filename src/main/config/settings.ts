import type { Config, ConfigNotice, ConfigPatch } from '../../shared/config/config.ts';
import {
  changesOf,
  readSettings,
  SETTING_KEYS,
  valueAt,
  withValueAt,
  type SettingChange,
} from '../../shared/config/config-keys.ts';
import type { JsonObject } from '../../shared/json-data.ts';
import { describe } from '../base/replace-file.ts';
import type { JsonStore } from './json-store.ts';

export interface SettingsChange {
  readonly config: Config;
  /** Names of the settings that are different now, such as `sandbox.idleMinutes`. */
  readonly keys: readonly string[];
}

export interface UpdateResult {
  readonly config: Config;
  /** False when the change holds only until the app is closed; a notice says why. */
  readonly saved: boolean;
}

/**
 * The settings of the app. The file holds what was ever set, and whatever else somebody put there; it is
 * read again before each write, so that two processes keep each other's changes: per setting the last one
 * wins. (Between that reading and the writing lies a moment in which another's change is lost.)
 */
export class Settings {
  readonly #store: JsonStore;
  readonly #listeners = new Set<(change: SettingsChange) => void>();
  /** Changes that are not in the file yet. */
  readonly #unsaved = new Map<string, SettingChange>();
  #document: JsonObject = {};
  #config: Config = readSettings({}).config;
  #fileNotice: ConfigNotice | null = null;
  #saveNotice: ConfigNotice | null = null;
  #invalid: readonly ConfigNotice[] = [];
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(store: JsonStore) {
    this.#store = store;
  }

  /** Never rejects: without a usable file the defaults hold, and a notice says why. */
  static async load(store: JsonStore): Promise<Settings> {
    const settings = new Settings(store);
    await settings.reload();
    return settings;
  }

  /** All settings now. Never changed in place. */
  get(): Config {
    return this.#config;
  }

  /** What a person should know about the file. */
  get notices(): readonly ConfigNotice[] {
    return [this.#fileNotice, this.#saveNotice, ...this.#invalid].filter((notice) => notice !== null);
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(listener: (change: SettingsChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes over what another process has written. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#readAgain();
      this.#adopt();
    });
  }

  /**
   * Changes settings; rejects with an InvalidSettingError, and changes nothing, when any of them does not
   * fit. A file that can't be written does not make it fail.
   */
  async update(patch: ConfigPatch | JsonObject | null): Promise<UpdateResult> {
    const changes = changesOf(patch);
    return this.#inTurn(async () => {
      for (const change of changes) this.#unsaved.set(change.key.name, change);
      const writable = await this.#readAgain();
      this.#adopt();
      const saved = writable && (await this.#save());
      return { config: this.#config, saved };
    });
  }

  /** Returns whether the file may be written. */
  async #readAgain(): Promise<boolean> {
    const { document, writable, notice } = await this.#store.read();
    if (document !== null) this.#document = document;
    // A file that was moved aside is gone the next time, but not what should be known about it.
    if (notice !== null || this.#fileNotice?.code !== 'damaged') this.#fileNotice = notice;
    return writable;
  }

  async #save(): Promise<boolean> {
    try {
      await this.#store.write(this.#document);
    } catch (error) {
      this.#saveNotice = { code: 'not-saved', detail: describe(error) };
      return false;
    }
    this.#unsaved.clear();
    this.#saveNotice = null;
    return true;
  }

  /** The document with the changes that are still to be saved, and the settings in it. */
  #adopt(): void {
    for (const { key, value } of this.#unsaved.values()) {
      this.#document = withValueAt(this.#document, key.path, value);
    }
    const { config, invalid } = readSettings(this.#document);
    this.#invalid = invalid.map((problem) => ({ code: 'invalid-value', ...problem }));
    const before = this.#config;
    this.#config = deepFreeze(config);
    const keys = SETTING_KEYS.filter(
      ({ path }) => JSON.stringify(valueAt(before, path)) !== JSON.stringify(valueAt(config, path)),
    ).map(({ name }) => name);
    if (keys.length === 0) return;
    for (const listener of [...this.#listeners]) {
      try {
        listener({ config: this.#config, keys });
      } catch {
        // What a listener throws is its own affair: the setting has changed all the same.
      }
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
};
