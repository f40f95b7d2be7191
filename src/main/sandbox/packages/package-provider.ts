import type { Provider } from '../../packages/resolve/catalog.ts';
import type { EnsureOptions, PackageService, Wheel } from '../../packages/package-service.ts';

/** Where a sandbox gets packages from. All methods throw PackageError. */
export type PackageProvider = Pick<PackageService, 'ensure' | 'read' | 'providersOf' | 'close'>;

/** A service that is opened when the first run needs it. */
export class LazyPackages implements PackageProvider {
  readonly #open: () => Promise<PackageProvider>;
  #opened: Promise<PackageProvider> | undefined;

  constructor(open: () => Promise<PackageProvider>) {
    this.#open = open;
  }

  async ensure(requirements: readonly string[], options: EnsureOptions): Promise<Wheel[]> {
    return (await this.#service()).ensure(requirements, options);
  }

  async read(wheel: Wheel, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return (await this.#service()).read(wheel, options);
  }

  async providersOf(modules: Iterable<string>): Promise<ReadonlyMap<string, Provider>> {
    return (await this.#service()).providersOf(modules);
  }

  async close(): Promise<void> {
    // What never opened is closed.
    await this.#opened?.then((service) => service.close()).catch(() => undefined);
  }

  #service(): Promise<PackageProvider> {
    const opening = (this.#opened ??= this.#open());
    // A damaged lock may be mended: the next run tries again.
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }
}
