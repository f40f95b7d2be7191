import { Turns } from '../../foreign-text/turns.ts';
import { scriptDependencies } from '../../packages/resolve/script-metadata.ts';
import { importsIn } from './import-guess.ts';
import { readPythonText } from './python-text.ts';
import { SpelledOut } from './spelled-out.ts';

interface Read {
  readonly imports: readonly string[];
  readonly spelledOut: SpelledOut;
}

/** What main itself reads in the code of a run about packages: each thing at most once, when it is asked for. */
export class CodeReading {
  readonly #code: string;
  #read: Promise<Read> | undefined;
  #dependencies: Promise<string[]> | undefined;

  constructor(code: string) {
    this.#code = code;
  }

  /** The modules that it seems to import: a guess. */
  async imports(): Promise<readonly string[]> {
    return (await this.#all()).imports;
  }

  async spelledOut(): Promise<SpelledOut> {
    return (await this.#all()).spelledOut;
  }

  /** What its script metadata names. @throws PackageError when that is wrong */
  dependencies(): Promise<readonly string[]> {
    return (this.#dependencies ??= scriptDependencies(this.#code));
  }

  #all(): Promise<Read> {
    return (this.#read ??= readCode(this.#code));
  }
}

const readCode = async (code: string): Promise<Read> => {
  const turns = new Turns();
  const text = await readPythonText(code, turns);
  const imports = await importsIn(text, turns);
  return { imports, spelledOut: new SpelledOut(text.literals, imports) };
};
