import { STANDARD_MODULES } from '../../shared/standard-library.ts';
import type { PackagesApi } from '../../shared/ipc/api.ts';

/** Modules that code can import, whether they are installed yet or not. */
export class ModuleNames {
  readonly #api: Pick<PackagesApi, 'available'>;
  #names: Promise<readonly string[]> | null = null;

  constructor(api: Pick<PackagesApi, 'available'>) {
    this.#api = api;
  }

  /** Python's own, and those of all packages whose hashes are known. Asked for once. */
  names(): Promise<readonly string[]> {
    this.#names ??= this.#load();
    return this.#names;
  }

  async #load(): Promise<readonly string[]> {
    const answer = await this.#api.available();
    // Another time there may be an answer.
    if (!answer.ok) this.#names = null;
    const ofPackages = answer.ok ? answer.value.flatMap(({ imports }) => imports) : [];
    const names = [...STANDARD_MODULES, ...ofPackages].filter((name) => !/[.]|^_/u.test(name));
    return [...new Set(names)].sort();
  }
}
