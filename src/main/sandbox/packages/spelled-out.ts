import { Turns } from '../../foreign-text/turns.ts';
import { importsIn } from './import-guess.ts';
import { readPythonText } from './python-text.ts';

/** What stands in a piece of code itself, read without any interpreter, whose word would be the guest's. */
export class SpelledOut {
  readonly #literals: ReadonlySet<string>;
  readonly #modules: ReadonlySet<string>;

  private constructor(literals: ReadonlySet<string>, modules: Iterable<string>) {
    this.#literals = literals;
    this.#modules = new Set([...modules].map(topOf));
  }

  static async in(code: string): Promise<SpelledOut> {
    const turns = new Turns();
    const text = await readPythonText(code, turns);
    return new SpelledOut(text.literals, await importsIn(text, turns));
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
