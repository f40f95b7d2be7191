import type { PackageTransactionOptions } from '../../packages/dependency-resolver.ts';
import type { PackageTransaction } from '../../packages/package-transaction.ts';
import type { PackageService } from '../../packages/package-service.ts';
import type { Wheel } from '../../packages/wheel.ts';

/** The package operations of one run; see `PackageTransaction`. */
export type RunPackages = Pick<PackageTransaction, 'providersOf' | 'modules' | 'obtain' | 'kept' | 'release'>;

/** Where a sandbox gets packages from. All methods throw PackageError. */
export interface PackageProvider extends Pick<PackageService, 'read' | 'close'> {
  begin(options: PackageTransactionOptions): Promise<RunPackages>;
}

/** A service that is opened when the first run needs it. */
export class LazyPackages implements PackageProvider {
  readonly #open: () => Promise<PackageProvider>;
  #opened: Promise<PackageProvider> | undefined;

  constructor(open: () => Promise<PackageProvider>) {
    this.#open = open;
  }

  async begin(options: PackageTransactionOptions): Promise<RunPackages> {
    return (await this.#service()).begin(options);
  }

  async read(wheel: Wheel, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    return (await this.#service()).read(wheel, options);
  }

  async close(): Promise<void> {
    // Nothing to close if it never opened.
    await this.#opened?.then((service) => service.close()).catch(() => undefined);
  }

  #service(): Promise<PackageProvider> {
    const opening = (this.#opened ??= this.#open());
    // A damaged lock may be repaired, so the next run tries again.
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }
}
