import { Yielder } from '../../foreign-text/yielder.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import { scriptDependencies } from '../../packages/resolve/script-metadata.ts';
import { importsIn } from './import-guess.ts';
import { notebookText } from './notebook-text.ts';
import { localModulesIn } from './local-modules.ts';
import { readPythonText, type PythonText } from './python-text.ts';
import { requestedByCommand, requestedByComment, type RequestedPackages } from './requirement-lines.ts';
import { SourceNames } from './source-names.ts';

/** Most package requests that are read from one piece of code. */
const MAX_REQUESTS = 100;

interface Read {
  readonly imports: readonly string[];
  readonly asked: RequestedPackages;
  readonly spelledOut: SourceNames;
}

/** What the code of a run says about packages, as main reads it: lazily, and each part once. */
export class CodeAnalysis {
  /** What is read: of a notebook's file, the code of its cells. */
  readonly text: string;
  #read: Promise<Read> | undefined;
  #dependencies: Promise<string[]> | undefined;

  constructor(code: string) {
    this.text = notebookText(code) ?? code;
  }

  /** The modules that it seems to import: a guess. Those that it writes itself are not among them. */
  async imports(): Promise<readonly string[]> {
    return (await this.#all()).imports;
  }

  async spelledOut(): Promise<SourceNames> {
    return (await this.#all()).spelledOut;
  }

  /** Packages that lines of the code ask to install: see requirement-lines.ts. */
  async asked(): Promise<RequestedPackages> {
    return (await this.#all()).asked;
  }

  /** Packages in its script metadata. @throws PackageError when the metadata is invalid */
  dependencies(): Promise<readonly string[]> {
    return (this.#dependencies ??= scriptDependencies(this.text));
  }

  #all(): Promise<Read> {
    return (this.#read ??= readCode(this.text));
  }
}

const readCode = async (code: string): Promise<Read> => {
  const yielder = new Yielder();
  const text = await readPythonText(code, yielder);
  const own = localModulesIn(text.literals);
  const imports = (await importsIn(text, yielder)).filter(
    (module) => !own.has(module.split('.', 1)[0] ?? ''),
  );
  const commands = new Set(commandsIn(text.literals).map(packageName));
  return { imports, asked: askedIn(text), spelledOut: new SourceNames(text.literals, imports, commands) };
};

const askedIn = ({ commands, comments }: PythonText): RequestedPackages => {
  const all = [...commands.map(requestedByCommand), ...comments.map(requestedByComment)];
  return {
    requirements: [...new Set(all.flatMap(({ requirements }) => requirements))].slice(0, MAX_REQUESTS),
    files: [...new Set(all.flatMap(({ files }) => files))].slice(0, MAX_REQUESTS),
  };
};

/** Commands in strings count only where the code executes them, which Python decides. */
const commandsIn = (literals: ReadonlySet<string>): readonly string[] =>
  [...literals]
    .filter((literal) => literal.includes('install'))
    .slice(0, MAX_REQUESTS)
    .flatMap((literal) => requestedByCommand(literal).requirements);
