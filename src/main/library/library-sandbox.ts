import path from 'node:path';
import { version } from '../../../package.json';
import type { IsolationLayerName } from '../../shared/contract/isolation.ts';
import { PackageSettings } from '../../shared/packages/package-settings.ts';
import { startForTheFirstTime } from '../app/first-start.ts';
import { PyodideCache } from '../app/pyodide-cache.ts';
import { dataFolder } from '../base/data-folder.ts';
import { createSandbox } from '../create-sandbox.ts';
import { examineInstallation } from '../doctor/examine-installation.ts';
import { allHold } from '../doctor/examine-layers.ts';
import type { DoctorOptions } from '../doctor/doctor.ts';
import type { Transport } from '../packages/http/transport.ts';
import { openPackages } from '../packages/open-packages.ts';
import { loadPyodideLock } from '../packages/resolve/pyodide-lock.ts';
import { storeFolder } from '../packages/store/store-folder.ts';
import { loadRuntimeAssets } from '../runtime/runtime-assets.ts';
import { builtFiles, type BuiltFiles } from '../runtime/runtime-locations.ts';
import { LazyPackages } from '../sandbox/packages/package-provider.ts';
import type { SidecarLauncher } from '../sandbox/process/launcher.ts';
import type { Sandbox as InnerSandbox } from '../sandbox/sandbox.ts';
import { SnapshotStore } from '../sandbox/snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from '../sandbox/snapshots/snapshots.ts';
import type {
  DoctorReport,
  RunRequest,
  RunResult,
  Sandbox,
  SandboxOptions,
  SandboxRunOptions,
  SandboxState,
} from './api/api.ts';
import { VivariumError } from './errors.ts';
import { EventSource } from './events.ts';
import { findAssets, type AssetHints } from './find-assets.ts';
import { OfferedFunctions } from './offered-functions.ts';
import { withLibraryErrors } from './library-error.ts';
import { parseOptions, type ParsedOptions } from './options.ts';
import { noPackages, StoredPackages, type OpenedPackages } from './packages.ts';
import { requireLockdown } from './require-lockdown.ts';
import { checkRunOptions } from './run-options.ts';
import { NamedSession } from './session.ts';

/** What differs between Electron and Node. */
export interface Platform {
  readonly hints: AssetHints;
  readonly launcher: (script: string) => SidecarLauncher;
  readonly transport: () => Transport;
  /** Layers of the isolation that there is nothing for. */
  readonly foreignLayers: readonly IsolationLayerName[];
  readonly memoryOf: DoctorOptions['memoryOf'];
  readonly machine: (folders: {
    readonly assetsFolder: string;
    readonly dataFolder: string;
    readonly pyodideVersion: string;
    readonly vivariumVersion: string;
  }) => ReturnType<DoctorOptions['machine']>;
}

/** @throws VivariumError for options that can't be used here; nothing is started yet */
export const openSandbox = (options: SandboxOptions, platform: Platform): LibrarySandbox => {
  const parsed = parseOptions(options);
  const functions = new OfferedFunctions(parsed);
  const outDir = findAssets(parsed.assetsDir, platform.hints);
  const files = locate(outDir);
  requireLockdown(parsed.lockdown, files.binding);
  return new LibrarySandbox({ options: parsed, outDir, files, platform, functions });
};

const locate = (outDir: string): BuiltFiles => {
  try {
    return builtFiles(outDir);
  } catch (cause) {
    throw new VivariumError(
      'assets-damaged',
      `Python's runtime in ${outDir} is not whole; install Vivarium again`,
      {
        cause,
      },
    );
  }
};

interface LibraryParts {
  readonly options: ParsedOptions;
  readonly outDir: string;
  readonly files: BuiltFiles;
  readonly platform: Platform;
  readonly functions: OfferedFunctions;
}

export class LibrarySandbox implements Sandbox {
  readonly events = new EventSource();
  readonly packages: StoredPackages;
  readonly #parts: LibraryParts;
  readonly #dataDir: string;
  readonly #inner: InnerSandbox;
  readonly #sessions = new Map<string, NamedSession>();
  #opened: Promise<OpenedPackages> | undefined;
  #isDisposed = false;

  constructor(parts: LibraryParts) {
    const { options, outDir, platform } = parts;
    const { crashLimit, dataDir, idleMs, memoryMiB, outputKiB, packages, spares, standby } = options;
    this.#parts = parts;
    this.#dataDir = dataDir ?? dataFolder();
    this.packages = new StoredPackages(packages === false ? noPackages : () => this.#open());
    this.#inner = createSandbox({
      outDir,
      launcher: platform.launcher,
      memoryMiB,
      outputKiB,
      idleMs,
      standby,
      spares,
      crashLimit,
      dataDir: this.#snapshotFolder,
      onEvent: (event) => this.events.tell(event),
      ...(packages === false
        ? {}
        : { packages: new LazyPackages(async () => (await this.#open()).packages.service) }),
    });
  }

  get state(): SandboxState {
    return this.#inner.state;
  }

  get pid(): number | null {
    return this.#inner.pid;
  }

  get assetsDir(): string {
    return this.#parts.outDir;
  }

  run(request: string | RunRequest, options: SandboxRunOptions = {}): Promise<RunResult> {
    const { functions, options: parsed } = this.#parts;
    const { timeoutMs } = parsed;
    return withLibraryErrors(() => {
      checkRunOptions(options);
      const { timeoutMs: own = timeoutMs, ...whole }: RunRequest =
        typeof request === 'string' ? { code: request } : { ...request };
      return this.#inner.run({ ...whole, timeoutMs: own }, functions.optionsOf(options));
    });
  }

  session(name: string): NamedSession {
    if (this.#isDisposed)
      throw new VivariumError('disposed', 'the sandbox was disposed of; make another one');
    const open = this.#sessions.get(name);
    if (open !== undefined) return open;
    const { functions, options } = this.#parts;
    const session = new NamedSession(this.#inner, name, options.timeoutMs, functions, () => {
      this.#sessions.delete(name);
    });
    this.#sessions.set(name, session);
    return session;
  }

  async doctor(): Promise<DoctorReport> {
    const { files, options, outDir, platform } = this.#parts;
    try {
      const report = await examineInstallation({
        files,
        launcher: platform.launcher,
        lockdown: true,
        memoryMiB: options.memoryMiB,
        memoryOf: platform.memoryOf,
        machine: () =>
          platform.machine({
            assetsFolder: outDir,
            dataFolder: this.#dataDir,
            pyodideVersion: files.pyodideVersion,
            vivariumVersion: version,
          }),
      });
      const layers = report.layers.map((layer) => ({
        ...layer,
        expected: layer.expected && !platform.foreignLayers.includes(layer.name),
      }));
      return { ...report, layers, ok: allHold(layers) };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'it failed';
      throw new VivariumError('examination-failed', why, { cause });
    }
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  restart(): Promise<void> {
    return this.#inner.restart();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#inner.dispose();
    this.#sessions.clear();
    this.events.clear();
  }

  get #snapshotFolder(): string {
    return path.join(storeFolder(this.#dataDir, this.#parts.files.pyodideVersion), 'snapshots');
  }

  #open(): Promise<OpenedPackages> {
    const opening = (this.#opened ??= this.#openPackages());
    // A damaged file may have been repaired: the next call tries again.
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }

  async #openPackages(): Promise<OpenedPackages> {
    const { files, options, outDir, platform } = this.#parts;
    if (options.packages === false) return noPackages();
    const { offline, pack, ...settings } = options.packages;
    const packages = openPackages({
      dataFolder: this.#dataDir,
      transport: platform.transport(),
      settings: PackageSettings.parse(settings),
      official: !offline,
      ...(pack === undefined ? {} : { pack }),
      ...(await loadPyodideLock(files.runtime)),
    });
    const snapshotFolder = this.#snapshotFolder;
    const cache = new PyodideCache({
      packages: () => packages,
      loadAssets: () => loadRuntimeAssets(files.runtime),
      snapshots: new Snapshots(new SnapshotStore(snapshotFolder), engineVersion()),
      snapshotFolder,
      startOnce: (given) =>
        startForTheFirstTime({
          ...given,
          packages: packages.service,
          open: (provider) =>
            createSandbox({
              outDir,
              launcher: platform.launcher,
              memoryMiB: options.memoryMiB,
              dataDir: snapshotFolder,
              packages: provider,
            }),
        }),
    });
    return { packages, cache };
  }
}
