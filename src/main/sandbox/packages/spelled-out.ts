/** What stands in a piece of code itself, read without any interpreter, whose word would be the guest's. */
export class SpelledOut {
  readonly #literals: ReadonlySet<string>;
  readonly #modules: ReadonlySet<string>;

  /** @param modules that the code imports */
  constructor(literals: ReadonlySet<string>, modules: Iterable<string>) {
    this.#literals = literals;
    this.#modules = new Set([...modules].map(topOf));
  }

  /** Whether the code imports it, or something of the same package. */
  hasImport(module: string): boolean {
    return this.#modules.has(topOf(module));
  }

  hasLiteral(text: string): boolean {
    return this.#literals.has(text);
  }
}

const topOf = (module: string): string => module.split('.')[0] ?? module;
