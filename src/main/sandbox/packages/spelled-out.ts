import { packageName } from '../../packages/resolve/requirement.ts';
import { topOf } from '../../packages/resolve/module-owners.ts';

/** What stands in a piece of code itself, read without any interpreter, whose word would be the guest's. */
export class SpelledOut {
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

  /** Whether the code imports it, or something of the same package, or has its name as a string. */
  hasImport(module: string): boolean {
    return this.#modules.has(topOf(module)) || this.#literals.has(module);
  }

  /** Whether the code has what asks for a package as a string, or in one. */
  hasRequest(requirement: string): boolean {
    return this.#literals.has(requirement) || this.#commanded.has(packageName(requirement));
  }
}
