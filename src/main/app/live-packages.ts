import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import type { Packages } from '../packages/open-packages.ts';
import type { PackageProvider } from '../sandbox/packages/package-provider.ts';

/** The package store by the settings of now: another mirror or another allow-list hold for the next call. */
export class LivePackages {
  readonly #settings: () => PackageSettings;
  readonly #open: (settings: PackageSettings) => Packages;
  #opened: { readonly key: string; readonly packages: Packages } | null = null;

  /** @param open throws PackageError for settings that can't be used */
  constructor(settings: () => PackageSettings, open: (settings: PackageSettings) => Packages) {
    this.#settings = settings;
    this.#open = open;
  }

  /** @throws PackageError `bad-settings` */
  get current(): Packages {
    const settings = this.#settings();
    const key = JSON.stringify(settings);
    // The previous store may still be in use; it keeps no files open.
    if (this.#opened?.key !== key) this.#opened = { key, packages: this.#open(settings) };
    return this.#opened.packages;
  }

  /** The store for runs: each call goes to the store as the settings are at that moment. */
  get provider(): PackageProvider {
    const service = (): Packages['service'] => this.current.service;
    // Not at once, so that settings that can't be used make a call reject.
    return {
      begin: async (...given) => service().begin(...given),
      read: async (...given) => service().read(...given),
      close: async () => service().close(),
    };
  }
}
