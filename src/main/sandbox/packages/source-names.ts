import { packageName } from '../../packages/resolve/requirement.ts';
import { topOf } from '../../packages/resolve/module-owners.ts';

/** Names that occur in the code itself. Main reads them without an interpreter, whose report could be the guest's. */
export class SourceNames {
  readonly #literals: ReadonlySet<string>;
  readonly #modules: ReadonlySet<string>;
  readonly #commanded: ReadonlySet<string>;

  /**
   * @param modules that the code imports
   * @param commanded packages, normalised, in strings that are commands to install something
   */
  constructor(
    literals: ReadonlySet<string>,
    modules: Iterable<string>,
    commanded: ReadonlySet<string> = new Set(),
  ) {
    this.#literals = literals;
    this.#modules = new Set([...modules].map(topOf));
    this.#commanded = commanded;
  }

  /** Whether the code imports the module or its package, or has its name as a string. */
  hasImport(module: string): boolean {
    return this.#modules.has(topOf(module)) || this.#literals.has(module);
  }

  /** Whether a string of the code is, or contains, a request for that package. */
  hasRequest(requirement: string): boolean {
    return this.#literals.has(requirement) || this.#commanded.has(packageName(requirement));
  }
}
