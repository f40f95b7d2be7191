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
    // What was opened before may still be in use, and holds nothing open.
    if (this.#opened?.key !== key) this.#opened = { key, packages: this.#open(settings) };
    return this.#opened.packages;
  }

  /** The same for runs, which ask whenever they need something. */
  get provider(): PackageProvider {
    const service = (): Packages['service'] => this.current.service;
    // Not at once, so that settings that can't be used make a call reject.
    return {
      ensure: async (...given) => service().ensure(...given),
      read: async (...given) => service().read(...given),
      providersOf: async (...given) => service().providersOf(...given),
      close: async () => service().close(),
    };
  }
}
