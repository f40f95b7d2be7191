import { RpcError } from '../../../shared/rpc/errors.ts';
import type { RunRequest } from '../../../shared/contract/sandbox.ts';
import type { EnsureOptions, Wheel } from '../../packages/package-service.ts';
import type { InstallProgress } from '../../packages/progress.ts';
import { PackageUse } from '../../packages/store/holds.ts';
import type { UnreachableSources } from '../../packages/sources/unreachable-sources.ts';
import { bringPackages, suppliesOf } from '../packages/bring-packages.ts';
import type { BytecodeStore } from '../packages/bytecode-store.ts';
import type { Clock } from '../../base/clock.ts';
import {
  imageKey,
  type PackageSnapshotStore,
  type StoredImage,
} from '../snapshots/package-snapshot-store.ts';
import type { CodeReading } from '../packages/code-reading.ts';
import type { PackageProvider } from '../packages/package-provider.ts';
import { refuseTooLarge } from '../packages/package-size.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import { raceStop } from '../../base/stop-signal.ts';

/** For an image to be made, or handed over, in ms; then the run goes on without. */
const LIMIT_MS = 150_000;

/** The same for one that nobody waits for: a process has to be ready a while later, in ms. */
const WANTED_LIMIT_MS = 40_000;
/** Images that are made because runs wanted them, by one sandbox: code could think of any number of sets. */
const MAX_WANTED = 8;

/** Less than that is imported faster than an image is restored, in bytes of wheels. */
const WORTH_BYTES = 2_000_000;

/** What of a package is imported, where that is not what the lock says. */
const ENTRANCES: Readonly<Record<string, readonly string[]>> = {
  lxml: ['lxml.etree'],
  matplotlib: ['matplotlib.pyplot'],
  pillow: ['PIL.Image'],
  scipy: ['scipy', 'scipy.linalg', 'scipy.optimize', 'scipy.stats'],
  'scikit-learn': [
    'sklearn.datasets',
    'sklearn.ensemble',
    'sklearn.linear_model',
    'sklearn.metrics',
    'sklearn.model_selection',
    'sklearn.pipeline',
    'sklearn.preprocessing',
  ],
};

/** An image that an interpreter can be started from, in that process. */
export interface SelectedSnapshot {
  readonly sidecar: SidecarClient;
  readonly key: string;
  /** In it. */
  readonly wheels: readonly Wheel[];
  /** Of those, what the run needs. */
  readonly needed: readonly string[];
}

export interface SnapshotSelectorOptions {
  readonly provider: PackageProvider;
  readonly store: PackageSnapshotStore;
  readonly bytecode: BytecodeStore;
  readonly clock: Clock;
  /** Gives the process for the next run. */
  readonly sidecar: () => Promise<SidecarClient>;
  /** The same while it is still being prepared. */
  readonly reachable: () => Promise<SidecarClient>;
  /** Whether another process will make what is wanted, so that no run has to wait for it. */
  readonly inBackground: () => boolean;
  /** A run went without an image, which `makeWanted` can make in another process. */
  readonly onWanted: () => void;
}

/** The process for a run, which may only be starting. */
interface Starting {
  readonly reachable: Promise<SidecarClient>;
  readonly ready: Promise<SidecarClient>;
}

/** What a run seems to need. */
interface Need {
  readonly roots: readonly string[];
  readonly wheels: readonly Wheel[];
  readonly modules: readonly string[];
}

/**
 * Finds an image that has the packages a run needs, or has one made. Whatever goes wrong only costs time: packages
 * that no image brings are installed one by one.
 */
export class SnapshotSelector {
  readonly #provider: PackageProvider;
  readonly #store: PackageSnapshotStore;
  readonly #bytecode: BytecodeStore;
  readonly #clock: Clock;
  readonly #sidecar: () => Promise<SidecarClient>;
  readonly #reachable: () => Promise<SidecarClient>;
  readonly #inBackground: () => boolean;
  readonly #onWanted: () => void;
  readonly #wanted: Need[] = [];
  /** Keys of images that were wanted before. */
  readonly #everWanted = new Set<string>();
  /** A process takes one image at a time. */
  readonly #handingOver = new WeakMap<SidecarClient, Promise<unknown>>();

  constructor({
    bytecode,
    clock,
    inBackground,
    onWanted,
    provider,
    reachable,
    sidecar,
    store,
  }: SnapshotSelectorOptions) {
    this.#provider = provider;
    this.#store = store;
    this.#bytecode = bytecode;
    this.#clock = clock;
    this.#sidecar = sidecar;
    this.#reachable = reachable;
    this.#inBackground = inBackground;
    this.#onWanted = onWanted;
  }

  /**
   * What the run needs is fetched first, for as long as that takes.
   *
   * @param code that of the request
   * @returns null when there is no image for the run. Never rejects
   */
  async choose(
    request: RunRequest,
    code: CodeReading,
    signal: AbortSignal,
    silent: UnreachableSources,
    onProgress?: (progress: InstallProgress) => void,
  ): Promise<SelectedSnapshot | null> {
    // A module of the run's own may have the name of one in an image, where it would come second.
    if (request.files?.some(({ name }) => name.endsWith('.py')) === true) return null;
    const use = new PackageUse();
    try {
      const guessed = await code.imports();
      const named = [...(request.packages ?? []), ...(await code.dependencies())];
      const providers = await this.#provider.providersOf(guessed);
      const imported = [...new Set([...providers.values()].map(({ name }) => name))];
      if (imported.length + named.length === 0) return null;
      // The run needs it in any case: it may start meanwhile.
      const starting: Starting = { ready: this.#sidecar(), reachable: this.#reachable() };
      starting.ready.catch(() => undefined);
      starting.reachable.catch(() => undefined);
      const ask: EnsureOptions = {
        askedBy: 'code',
        signal,
        silent,
        use,
        ...(onProgress === undefined ? {} : { onProgress }),
      };
      const need = await this.#need(imported, named, ask);
      if (need === null) return null;
      const finding = starting.reachable.then((sidecar) =>
        this.#inTurn(sidecar, () => this.#find(need, sidecar, starting.ready, signal)),
      );
      const found = finding.catch(() => null);
      const raced = await raceStop(found, this.#clock, LIMIT_MS, signal);
      return raced.stopped === null ? raced.value : null;
    } catch {
      // What is missing, and why, comes up again when packages are installed.
      return null;
    } finally {
      await use.release();
    }
  }

  /** Makes what a run has wanted, in a process that is there for later runs. Never rejects. */
  async makeWanted(sidecar: SidecarClient): Promise<void> {
    const wanted = this.#wanted.shift();
    if (wanted === undefined || sidecar.runtimeKey === undefined || !sidecar.isPristine) return;
    const stop = new AbortController();
    const making = this.#make(wanted, sidecar.runtimeKey, sidecar, stop.signal).catch(() => false);
    await raceStop(making, this.#clock, WANTED_LIMIT_MS, stop.signal);
    stop.abort();
  }

  /** It could not be used. */
  async discard(key: string): Promise<void> {
    await this.#store.discard(key);
  }

  async #find(
    need: Need,
    sidecar: SidecarClient,
    ready: Promise<SidecarClient>,
    signal: AbortSignal,
  ): Promise<SelectedSnapshot | null> {
    const { runtimeKey } = sidecar;
    if (runtimeKey === undefined) return null;
    const needed = need.wheels.map(({ name }) => name);
    const key = keyOf(need, runtimeKey);
    if (await sidecar.images.has(key)) {
      await ready;
      void this.#store.used(key);
      return { sidecar, key, wheels: need.wheels, needed };
    }
    for (const stored of await this.#store.list(runtimeKey)) {
      if (stored.isRefused) {
        if (stored.key === key && isSameSet(stored.roots, need.roots)) return null;
        continue;
      }
      const wheels = await this.#load(stored, need, sidecar, ready, signal);
      if (wheels !== null) return { sidecar, key: stored.key, wheels, needed };
    }
    await ready;
    if (!sidecar.isPristine || this.#inBackground()) {
      this.#want(need, runtimeKey);
      return null;
    }
    const isMade = await this.#make(need, runtimeKey, sidecar, signal);
    return isMade ? { sidecar, key, wheels: need.wheels, needed } : null;
  }

  async #need(
    imported: readonly string[],
    named: readonly string[],
    ask: EnsureOptions,
  ): Promise<Need | null> {
    const all = await this.#provider.ensure([...named, ...imported], ask);
    // What others than Pyodide's makers vouch for is imported by those only who want it.
    const ofLock = imported.filter((name) =>
      all.some((wheel) => wheel.name === name && wheel.origin === 'lock'),
    );
    if (ofLock.length === 0) return null;
    const isAll = named.length === 0 && ofLock.length === imported.length;
    const wheels = isAll ? all : await this.#provider.ensure(ofLock, ask);
    refuseTooLarge(wheels);
    if (wheels.reduce((total, { bytes }) => total + bytes, 0) < WORTH_BYTES) return null;
    return {
      roots: ofLock,
      wheels,
      modules: wheels.flatMap((wheel) => modulesOf(wheel, ofLock.includes(wheel.name))),
    };
  }

  /** The image's wheels, once it is there; null when it is not for this run. */
  async #load(
    image: StoredImage,
    need: Need,
    sidecar: SidecarClient,
    ready: Promise<SidecarClient>,
    signal: AbortSignal,
  ): Promise<readonly Wheel[] | null> {
    const has = new Set(image.hashes);
    if (!need.wheels.every(({ sha256 }) => has.has(sha256))) return null;
    const wheels = await this.#wheelsOf(image, need, signal);
    if (wheels.length !== image.hashes.length || !wheels.every(({ sha256 }) => has.has(sha256))) return null;
    if (await sidecar.images.has(image.key)) {
      await this.#store.used(image.key);
      return wheels;
    }
    const [isHandedOver] = await Promise.all([
      this.#handOver(image, sidecar, signal),
      this.#bringPackages(wheels, sidecar, signal),
    ]);
    await ready;
    if (!isHandedOver || signal.aborted) return null;
    try {
      await sidecar.images.adopt(image.key, image.hashes);
      return wheels;
    } catch (error) {
      // Not when its process is gone: that was hardly its doing.
      if (RpcError.is(error) && error.code === 'failed') await this.#store.discard(image.key);
      return null;
    }
  }

  /** Not more than what the settings allow now, and as the locks know it now. */
  async #wheelsOf(
    { hashes, roots }: StoredImage,
    { wheels }: Need,
    signal: AbortSignal,
  ): Promise<readonly Wheel[]> {
    if (hashes.length === wheels.length) return wheels;
    return this.#provider.ensure(roots, { askedBy: 'code', signal }).catch(() => []);
  }

  /** False when it is not there, or damaged. */
  async #handOver({ key }: StoredImage, sidecar: SidecarClient, signal: AbortSignal): Promise<boolean> {
    const bytes = await this.#store.read(key);
    if (bytes !== undefined) await sidecar.images.load(key, bytes, signal);
    return bytes !== undefined;
  }

  /** In a process in which no guest has been. False when it can't be made. */
  async #make(need: Need, runtime: string, sidecar: SidecarClient, signal: AbortSignal): Promise<boolean> {
    const { roots, wheels, modules } = need;
    await this.#bringPackages(wheels, sidecar, signal);
    const content = { runtime, roots: [...roots], hashes: wheels.map(({ sha256 }) => sha256) };
    const making = sidecar.images.make(imageKey(content), content.hashes, modules);
    // Not when its process was ended meanwhile, or had lost a package: that says nothing of the image.
    const isRefusal = (error: unknown): boolean => RpcError.is(error) && error.code === 'failed';
    const [made, isImpossible] = await making.then(
      (image) => [image, false] as const,
      (error: unknown) => [undefined, isRefusal(error)] as const,
    );
    // Somebody did not wait, and may have spoilt it.
    if (!sidecar.isPristine) return false;
    if (made !== undefined) {
      await this.#bytecode.keep(made.bytecode);
      await this.#store.keep(content, made.image);
    }
    // It would fail again, and cost as much: nobody has disturbed it.
    if (isImpossible && !signal.aborted) await this.#store.refuse(content);
    return made !== undefined;
  }

  #want(need: Need, runtime: string): void {
    const key = keyOf(need, runtime);
    if (this.#everWanted.has(key) || this.#everWanted.size >= MAX_WANTED) return;
    this.#everWanted.add(key);
    this.#wanted.push(need);
    this.#onWanted();
  }

  /** One after the other for each process, whether earlier ones failed or not. */
  #inTurn<T>(sidecar: SidecarClient, work: () => Promise<T>): Promise<T> {
    const turn = (this.#handingOver.get(sidecar) ?? Promise.resolve()).then(work);
    this.#handingOver.set(
      sidecar,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #bringPackages(wheels: readonly Wheel[], sidecar: SidecarClient, signal: AbortSignal): Promise<void> {
    const missing = await sidecar.packages.missing(wheels.map(({ sha256 }) => sha256));
    await bringPackages(suppliesOf(wheels, this.#provider), missing, sidecar, signal);
  }
}

const keyOf = (need: Need, runtime: string): string =>
  imageKey({ runtime, hashes: need.wheels.map(({ sha256 }) => sha256) });

/** What is imported into an image depends on the roots: that it can't be made of some says nothing of others. */
const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

/** What an image has of a package: the same whatever a run's code does with it. */
const modulesOf = ({ imports, name }: Wheel, isRoot: boolean): readonly string[] =>
  ENTRANCES[name] ?? (isRoot ? imports.filter((module) => !isOdd(module)) : []);

/** Parts of packages that do more than being imported: tests, programs. */
const isOdd = (module: string): boolean =>
  module.split('.').some((part) => part.startsWith('_') || /^(?:conftest|testing|tests?)$/u.test(part));
