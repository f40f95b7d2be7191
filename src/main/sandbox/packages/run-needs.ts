import { IMPLICIT_MODULES, IMPLICIT_USE_WORDS } from '../../../shared/curated-packages.ts';
import type { RunRequest } from '../../../shared/contract/run.ts';
import type { ImportReport } from '../../../shared/protocol/import-report.ts';
import type { OptionalPackage, WantedPackages } from '../../packages/package-transaction.ts';
import type { PackageProgress } from '../../../shared/contract/package-progress.ts';
import type { Provider } from '../../packages/resolve/catalog.ts';
import { packageName } from '../../packages/resolve/requirement.ts';
import { CodeAnalysis } from './code-analysis.ts';
import type { PackageProvider, RunPackages } from './package-provider.ts';
import { requestedByFile } from './requirement-lines.ts';

/** Largest requirements file that is read, in bytes. */
const MAX_FILE_BYTES = 64 * 1024;

/** Code without any of these imports nothing that could be predicted. */
const MAY_IMPORT = /\bimport\b|\bimport_module\b|__import__|\bimportorskip\b/u;
const MAY_INSTALL = /\binstall\b/u;
/** Packages that use fonts. */
const WANTS_FONT = /[ᄀ-ᇿ⺀-⿟぀-ヿ㄰-㆏㐀-䶿一-鿿가-힯]/u;
const WORD = /\w+/gu;

export interface RunNeedsOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: PackageProgress) => void) | undefined;
  /** Needed beside what the code imports. */
  readonly modules?: readonly string[];
}

/** See `ImportReport`. */
type FoundImports = { readonly [Field in keyof ImportReport]: Readonly<ImportReport[Field]> };

/** Packages that the code of a run needs, and why. */
export interface FoundNeeds {
  readonly wants: WantedPackages;
  /** Wanted packages that serve only something the code might do. */
  readonly hinted: ReadonlySet<string>;
  /** Wanted packages that lines of the code ask for. */
  readonly requested: ReadonlySet<string>;
}

/**
 * The packages of one run: those named with it, those that main finds in its code, and the one `PackageTransaction` in which all
 * are resolved. Kept from the choice of a snapshot to the installation, also across retries.
 */
export class RunNeeds {
  readonly code: CodeAnalysis;
  readonly #request: RunRequest;
  readonly #provider: PackageProvider;
  readonly #options: RunNeedsOptions;
  readonly #modules: readonly string[];
  #packages: Promise<RunPackages> | undefined;

  constructor(request: RunRequest, provider: PackageProvider, options: RunNeedsOptions) {
    this.code = new CodeAnalysis(request.code);
    this.#request = request;
    this.#provider = provider;
    this.#options = options;
    this.#modules = options.modules ?? [];
  }

  /** Packages named by the request and by the script's metadata, without which the run does not begin. @throws PackageError */
  async required(): Promise<readonly string[]> {
    return [...(this.#request.packages ?? []), ...(await this.code.dependencies())];
  }

  /** Whether functions of the run need packages. */
  get hasModules(): boolean {
    return this.#modules.length > 0;
  }

  /** Packages named in lines of the code, and in requirements files that these name. */
  async requested(): Promise<readonly string[]> {
    if (!MAY_INSTALL.test(this.code.text)) return [];
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

  /** Whether an interpreter should be asked what the code imports. @param hasPackages whether packages are installed in it */
  mayImport(hasPackages: boolean): boolean {
    const code = this.code.text;
    if (this.#modules.length > 0) return true;
    if (MAY_IMPORT.test(code) || MAY_INSTALL.test(code)) return true;
    if (!hasPackages) return false;
    if (WANTS_FONT.test(code)) return true;
    for (const [word] of code.matchAll(WORD)) if (IMPLICIT_USE_WORDS.has(word)) return true;
    return false;
  }

  /** Opened once for the run. @throws PackageError */
  packages(): Promise<RunPackages> {
    const { onProgress, signal } = this.#options;
    const begin = (): Promise<RunPackages> => this.#provider.begin({ askedBy: 'code', signal, onProgress });
    const packages = (this.#packages ??= begin());
    // A failure to open may be temporary, so the next call tries again.
    packages.catch(() => (this.#packages = undefined));
    return packages;
  }

  /** The needs as main can tell them before an interpreter is there. @throws PackageError */
  async guessed(): Promise<FoundNeeds> {
    return this.found({ modules: await this.code.imports(), hints: [], asked: [] });
  }

  /**
   * An interpreter's report may be the guest's: only names that main finds in the code itself are looked up in an index.
   *
   * @throws PackageError
   */
  async found({ asked, hints, modules: reported }: FoundImports): Promise<FoundNeeds> {
    const modules = [...new Set([...reported, ...this.#modules])];
    const [required, requested] = [await this.required(), await this.requested()];
    const text = await this.code.spelledOut();
    const spelledOut = new Set([...required, ...requested].map(packageName));
    const optional = new Map<string, OptionalPackage>();
    const name = (requirement: string): unknown =>
      optional.set(requirement, { requirement, modules: [], named: true });
    requested.forEach(name);
    for (const requirement of asked) {
      name(requirement);
      if (text.hasRequest(requirement)) spelledOut.add(packageName(requirement));
    }
    const known = hints.filter((module) => IMPLICIT_MODULES.has(module));
    const hinted = new Set<string>();
    const nothing = modules.length + known.length === 0;
    const providers: ReadonlyMap<string, Provider> = nothing
      ? new Map()
      : (await this.packages()).providersOf([...modules, ...known]);
    const assign = (module: string, mayAsk: boolean, isHint: boolean): void => {
      const provider = providers.get(module);
      // The reason is determined only if the code misses it.
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
    // The guest can hint at any name; which one is tried reveals nothing.
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
