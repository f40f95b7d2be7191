import { importsIn } from './import-guess.ts';
import { readPythonText } from './python-text.ts';

/** What stands in a piece of code itself, read without any interpreter, whose word would be the guest's. */
export class SpelledOut {
  readonly #literals: ReadonlySet<string>;
  readonly #modules: ReadonlySet<string>;

  constructor(code: string) {
    const text = readPythonText(code);
    this.#literals = text.literals;
    this.#modules = new Set(importsIn(text).map(topOf));
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
