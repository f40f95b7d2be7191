import { HINTED_MODULES, HINTING_WORDS } from '../../../shared/curated-packages.ts';
import type { RunRequest } from '../../../shared/contract/sandbox.ts';
import type { ImportReport } from '../../../shared/protocol/package-files.ts';
import type { OptionalWant, Wants } from '../../packages/package-work.ts';
import type { PackageProgress } from '../../../shared/contract/package-progress.ts';
import type { Provider } from '../../packages/resolve/catalog.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import { CodeReading } from './code-reading.ts';
import type { PackageProvider, RunPackages } from './package-provider.ts';
import { requestedByFile } from './requirement-lines.ts';

/** Of a file with requirements. */
const MAX_FILE_BYTES = 64 * 1024;

/** Code without these imports nothing, save by means that nobody could foresee. */
const MAY_IMPORT = /\bimport\b|\bimport_module\b|__import__|\bimportorskip\b/u;
const MAY_INSTALL = /\binstall\b/u;
/** What fonts are needed for. */
const WANTS_FONT = /[ᄀ-ᇿ⺀-⿟぀-ヿ㄰-㆏㐀-䶿一-鿿가-힯]/u;
const WORD = /\w+/gu;

export interface RunNeedsOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: PackageProgress) => void) | undefined;
}

/** What the code of a run needs of packages, and why. */
export interface FoundNeeds {
  readonly wants: Wants;
  /** Of the wanted, those that are only of use for something that the code may do. */
  readonly hinted: ReadonlySet<string>;
  /** Of the wanted, those that lines of the code ask for. */
  readonly requested: ReadonlySet<string>;
}

/**
 * The packages of one run: what was named for it, what main reads in its code, and the one piece of work in which all of
 * that is resolved. It is handed on from the choice of a snapshot to the installation, whatever is tried again.
 */
export class RunNeeds {
  readonly code: CodeReading;
  readonly #request: RunRequest;
  readonly #provider: PackageProvider;
  readonly #options: RunNeedsOptions;
  #packages: Promise<RunPackages> | undefined;

  constructor(request: RunRequest, provider: PackageProvider, options: RunNeedsOptions) {
    this.code = new CodeReading(request.code);
    this.#request = request;
    this.#provider = provider;
    this.#options = options;
  }

  /** Named by the request and by the script's metadata: without these the run is not begun. @throws PackageError */
  async required(): Promise<readonly string[]> {
    return [...(this.#request.packages ?? []), ...(await this.code.dependencies())];
  }

  /** Named in lines of the code, and in files that these name. */
  async requested(): Promise<readonly string[]> {
    if (!MAY_INSTALL.test(this.#request.code)) return [];
    const { files, requirements } = await this.code.asked();
    const given = this.#request.files ?? [];
    const inFiles = files.flatMap((file) => {
      const name = file.replace(/^(?:\.\/|\/workspace\/)/u, '');
      const bytes = given.find((one) => one.name === name)?.bytes;
      return bytes === undefined || bytes.byteLength > MAX_FILE_BYTES
        ? []
        : requestedByFile(new TextDecoder().decode(bytes));
    });
    return [...new Set([...requirements, ...inFiles])];
  }

  /** Whether it makes sense to ask an interpreter what the code imports. @param hasPackages that interpreter */
  mayImport(hasPackages: boolean): boolean {
    const { code } = this.#request;
    if (MAY_IMPORT.test(code) || MAY_INSTALL.test(code)) return true;
    if (!hasPackages) return false;
    if (WANTS_FONT.test(code)) return true;
    for (const [word] of code.matchAll(WORD)) if (HINTING_WORDS.has(word)) return true;
    return false;
  }

  /** The same one each time. @throws PackageError */
  packages(): Promise<RunPackages> {
    const { onProgress, signal } = this.#options;
    const begin = (): Promise<RunPackages> => this.#provider.begin({ askedBy: 'code', signal, onProgress });
    const packages = (this.#packages ??= begin());
    // What could not be begun may be later.
    packages.catch(() => (this.#packages = undefined));
    return packages;
  }

  /** As far as main can see it before there is an interpreter. @throws PackageError */
  async guessed(): Promise<FoundNeeds> {
    return this.found({ modules: [...(await this.code.imports())], hints: [], asked: [] });
  }

  /**
   * What an interpreter says is the guest's word: only what main reads in the code itself is looked up elsewhere.
   *
   * @throws PackageError
   */
  async found({ asked, hints, modules }: ImportReport): Promise<FoundNeeds> {
    const [required, requested] = [await this.required(), await this.requested()];
    const text = await this.code.spelledOut();
    const spelledOut = new Set([...required, ...requested].map(packageName));
    const optional = new Map<string, OptionalWant>();
    const name = (requirement: string): unknown =>
      optional.set(requirement, { requirement, modules: [], named: true });
    requested.forEach(name);
    for (const requirement of asked) {
      name(requirement);
      if (text.hasRequest(requirement)) spelledOut.add(packageName(requirement));
    }
    const known = hints.filter((module) => HINTED_MODULES.has(module));
    const hinted = new Set<string>();
    const nothing = modules.length + known.length === 0;
    const providers: ReadonlyMap<string, Provider> = nothing
      ? new Map()
      : (await this.packages()).providersOf([...modules, ...known]);
    const assign = (module: string, mayAsk: boolean, isHint: boolean): void => {
      const provider = providers.get(module);
      // Why it is missing is found out when it is missed.
      if (provider === undefined) return;
      const before = optional.get(provider.name);
      if (before === undefined && isHint) hinted.add(provider.name);
      optional.set(provider.name, {
        requirement: provider.name,
        modules: [...(before?.modules ?? []), module],
        named: before?.named ?? false,
      });
      if (provider.isVouchedFor && mayAsk) spelledOut.add(provider.name);
    };
    for (const module of modules) assign(module, text.hasImport(module), false);
    // The guest could hint at anything; which of these it is gives nothing away.
    for (const module of known) assign(module, true, true);
    const wants = { required, optional: [...optional.values()], spelledOut };
    return { wants, hinted, requested: new Set(requested) };
  }

  /** Never rejects. */
  async release(): Promise<void> {
    const packages = await this.#packages?.catch(() => undefined);
    await packages?.release();
  }
}
