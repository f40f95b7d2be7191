import { sha256 } from '../../foreign-text/hash.ts';
import { PackageError } from '../package-error.ts';
import { requirementText, whoNeedsIt, type Requirement } from '../resolve/requirement.ts';
import { UnreachableSources } from './unreachable-sources.ts';
import { SourceFailure } from './source-failure.ts';
import type { FetchOptions, PackageSource, SourceFile } from './source.ts';
import type { OfferedWheel } from '../resolve/package-entry.ts';

interface Attempt {
  readonly source: PackageSource;
  readonly reason: string;
}

/** The sources in their order. One that did not answer is not asked again in the same transaction. */
export class SourceChain {
  readonly #sources: readonly PackageSource[];
  readonly #silent: UnreachableSources;

  /** @param silent of that transaction */
  constructor(sources: readonly PackageSource[], silent = new UnreachableSources()) {
    this.#sources = sources;
    this.#silent = silent;
  }

  /**
   * The file from the first source that has it with the right hash.
   *
   * @param what the file in words, such as "numpy 2.4.3" or "markupsafe 3.0.2, which jinja2 needs,"
   * @throws PackageError `no-source` that says what each source answered
   */
  async fetch(
    what: string,
    packageName: string,
    file: SourceFile,
    options: FetchOptions,
  ): Promise<Uint8Array> {
    const attempts: Attempt[] = [];
    for (const source of this.#sources) {
      const bytes = await this.#ask(source, attempts, options.signal, () => source.fetch(file, options));
      if (bytes === null) continue;
      const actual = await sha256(bytes);
      if (actual === file.sha256) return bytes;
      attempts.push({ source, reason: `sent bytes that are not those of the lock (SHA-256 ${actual})` });
    }
    throw new PackageError('no-source', `${what} could not be obtained: ${told(attempts)}`, { packageName });
  }

  /**
   * Looks up what the lock does not know. With `localOnly`, on this computer only; null when it is not there.
   *
   * @throws PackageError `unknown-package` when all answered, `no-source` when some did not
   */
  async find(
    requirement: Requirement,
    neededBy: string | null,
    options: { signal: AbortSignal; localOnly: boolean },
  ): Promise<OfferedWheel | null> {
    const attempts: Attempt[] = [];
    const asked = this.#sources.filter(({ isLocal }) => isLocal || !options.localOnly);
    for (const source of asked) {
      const find = (): Promise<OfferedWheel | null> => source.find(requirement, options.signal);
      const offer = await this.#ask(source, attempts, options.signal, find);
      if (offer !== null) return offer;
    }
    if (options.localOnly && attempts.length === 0) return null;
    const what = `"${requirementText(requirement)}"${whoNeedsIt(neededBy)}`;
    const { name: packageName } = requirement;
    if (attempts.length > 0) {
      throw new PackageError(
        'no-source',
        `${what} is not in the package lock and could not be looked up: ${told(attempts)}`,
        { packageName },
      );
    }
    const places = asked.map(({ name }) => name).join(', ');
    throw new PackageError(
      'unknown-package',
      `${what} is neither in the package lock nor as a usable wheel anywhere else` +
        `${places === '' ? '' : ` (looked in: ${places})`}; check the name, or use a package that is ` +
        'pure Python or built for this Pyodide',
      { packageName },
    );
  }

  /** null when the source failed, which is noted. */
  async #ask<T>(
    source: PackageSource,
    attempts: Attempt[],
    signal: AbortSignal,
    question: () => Promise<T>,
  ): Promise<T | null> {
    const silent = this.#silent.reasonOf(source);
    if (silent !== undefined) {
      attempts.push({ source, reason: silent });
      return null;
    }
    try {
      return await question();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PackageError) throw error;
      if (!(error instanceof SourceFailure)) throw error;
      if (error.kind === 'not-asked') return null;
      if (error.kind === 'unreachable') this.#silent.note(source, error.message);
      attempts.push({ source, reason: error.message });
      return null;
    }
  }
}

function told(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return 'no source is set up; set a mirror or give an offline pack';
  const reasons = attempts.map(({ source, reason }) => `${source.name} ${reason}`).join(', ');
  return `${reasons}; check the network or the mirror, or install it from an offline pack`;
}
