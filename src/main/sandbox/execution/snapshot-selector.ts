import type { RunRequest } from '../../../shared/contract/sandbox.ts';
import type { Wants } from '../../packages/package-work.ts';
import type { Wheel } from '../../packages/wheel.ts';
import type { BytecodeStore } from '../packages/bytecode-store.ts';
import type { Clock } from '../../base/clock.ts';
import type { PackageSnapshotStore } from '../snapshots/package-snapshot-store.ts';
import type { PackageProvider, RunPackages } from '../packages/package-provider.ts';
import type { RunNeeds } from '../packages/run-needs.ts';
import { refuseTooLarge } from '../packages/package-size.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import { raceStop } from '../../base/stop-signal.ts';
import { keyOf, modulesOf, type SnapshotNeed } from './snapshot-need.ts';
import { SnapshotTransfer } from './snapshot-transfer.ts';

/** For an image to be made, or handed over, in ms; then the run goes on without. */
const LIMIT_MS = 150_000;

/** The same for an image that no run waits for, in ms: its process has to be ready after a while. */
const WANTED_LIMIT_MS = 40_000;
/** Images that are made because runs wanted them, by one sandbox: code could think of any number of sets. */
const MAX_WANTED = 8;

/** Less than that is imported faster than an image is restored, in bytes of wheels. */
const WORTH_BYTES = 2_000_000;

/** An image that an interpreter can be started from, in that process. */
export interface SelectedSnapshot {
  readonly sidecar: SidecarClient;
  readonly key: string;
  /** The packages that are in the image. */
  readonly wheels: readonly Wheel[];
  /** Names of those that the run needs. */
  readonly needed: readonly string[];
}

export interface SnapshotSelectorOptions {
  readonly provider: PackageProvider;
  readonly store: PackageSnapshotStore;
  readonly bytecode: BytecodeStore;
  readonly clock: Clock;
  /** Gives the process for the next run. */
  readonly sidecar: () => Promise<SidecarClient>;
  /** Gives the process for the next run as soon as it can be called, even while it is still being prepared. */
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

/**
 * Finds an image that has the packages a run needs, or has one made. Whatever goes wrong only costs time: packages
 * that no image brings are installed one by one.
 */
export class SnapshotSelector {
  readonly #store: PackageSnapshotStore;
  readonly #transfer: SnapshotTransfer;
  readonly #clock: Clock;
  readonly #sidecar: () => Promise<SidecarClient>;
  readonly #reachable: () => Promise<SidecarClient>;
  readonly #inBackground: () => boolean;
  readonly #onWanted: () => void;
  readonly #wanted: SnapshotNeed[] = [];
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
    this.#store = store;
    this.#transfer = new SnapshotTransfer({ bytecode, provider, store });
    this.#clock = clock;
    this.#sidecar = sidecar;
    this.#reachable = reachable;
    this.#inBackground = inBackground;
    this.#onWanted = onWanted;
  }

  /**
   * What the run needs is fetched first, for as long as that takes.
   *
   * @param needs those of the request
   * @returns null when there is no image for the run. Never rejects
   */
  async choose(request: RunRequest, needs: RunNeeds, signal: AbortSignal): Promise<SelectedSnapshot | null> {
    try {
      const imports = await needs.code.imports();
      // It may have the name of one in an image, where it would come second.
      if (hasModules(request, imports)) return null;
      if (imports.length + (await needs.required()).length + (await needs.requested()).length === 0)
        return null;
      const { wants } = await needs.guessed();
      if (wants.required.length + (wants.optional ?? []).length === 0) return null;
      // The run needs it in any case: it may start meanwhile.
      const starting: Starting = { ready: this.#sidecar(), reachable: this.#reachable() };
      starting.ready.catch(() => undefined);
      starting.reachable.catch(() => undefined);
      const packages = await needs.packages();
      const need = await this.#need(wants, packages);
      if (need === null) return null;
      const finding = starting.reachable.then((sidecar) =>
        this.#inTurn(sidecar, () => this.#find(need, packages, sidecar, starting.ready, signal)),
      );
      const found = finding.catch(() => null);
      const raced = await raceStop(found, this.#clock, LIMIT_MS, signal);
      return raced.stopped === null ? raced.value : null;
    } catch {
      // What is missing, and why, comes up again when packages are installed.
      return null;
    }
  }

  /** Makes what a run has wanted, in a process that is there for later runs. Never rejects. */
  async makeWanted(sidecar: SidecarClient): Promise<void> {
    const wanted = this.#wanted.shift();
    if (wanted === undefined || sidecar.runtimeKey === undefined || !sidecar.isPristine) return;
    const stop = new AbortController();
    const making = this.#transfer.make(wanted, sidecar.runtimeKey, sidecar, stop.signal).catch(() => false);
    await raceStop(making, this.#clock, WANTED_LIMIT_MS, stop.signal);
    stop.abort();
  }

  /** It could not be used. */
  async discard(key: string): Promise<void> {
    await this.#store.discard(key);
  }

  async #find(
    need: SnapshotNeed,
    packages: RunPackages,
    sidecar: SidecarClient,
    ready: Promise<SidecarClient>,
    signal: AbortSignal,
  ): Promise<SelectedSnapshot | null> {
    const { runtimeKey } = sidecar;
    if (runtimeKey === undefined) return null;
    const needed = need.wheels.map(({ name }) => name);
    const key = keyOf(need, runtimeKey);
    if (await sidecar.packageSnapshots.has(key)) {
      await ready;
      void this.#store.used(key);
      return { sidecar, key, wheels: need.wheels, needed };
    }
    for (const stored of await this.#store.list(runtimeKey)) {
      if (stored.isRefused) {
        if (stored.key === key && isSameSet(stored.roots, need.roots)) return null;
        continue;
      }
      const wheels = await this.#transfer.load(stored, need, packages, { ready, sidecar }, signal);
      if (wheels !== null) return { sidecar, key: stored.key, wheels, needed };
    }
    await ready;
    if (!sidecar.isPristine || this.#inBackground()) {
      this.#want(need, runtimeKey);
      return null;
    }
    const isMade = await this.#transfer.make(need, runtimeKey, sidecar, signal);
    return isMade ? { sidecar, key, wheels: need.wheels, needed } : null;
  }

  async #need(wants: Wants, packages: RunPackages): Promise<SnapshotNeed | null> {
    const { wheels: all } = await packages.obtain(wants);
    // What others than Pyodide's makers vouch for is imported by those only who want it.
    const ofLock = new Set(all.filter(({ origin }) => origin === 'lock').map(({ name }) => name));
    const imported = (wants.optional ?? []).filter(({ modules }) => modules.length > 0);
    const roots = imported.map(({ requirement }) => requirement).filter((name) => ofLock.has(name));
    if (roots.length === 0) return null;
    const wheels = (await packages.kept(roots)) ?? [];
    refuseTooLarge(wheels);
    if (wheels.reduce((total, { bytes }) => total + bytes, 0) < WORTH_BYTES) return null;
    return {
      roots,
      wheels,
      modules: wheels.flatMap((wheel) => modulesOf(wheel, roots.includes(wheel.name))),
    };
  }

  #want(need: SnapshotNeed, runtime: string): void {
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
}

/** What is imported into an image depends on the roots: that it can't be made of some says nothing of others. */
const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

/** Whether modules were given with a run. Its script is one only to code that imports it. */
const hasModules = ({ files = [], script }: RunRequest, imports: readonly string[]): boolean =>
  files
    .filter(({ name }) => name.endsWith('.py'))
    .some(
      ({ name }) =>
        name !== script || imports.some((module) => module.split('.', 1)[0] === name.slice(0, -'.py'.length)),
    );
