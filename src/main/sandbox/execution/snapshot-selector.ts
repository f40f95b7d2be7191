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

/** How long a run waits for a snapshot to be made or transferred, in ms; then it starts without. */
const LIMIT_MS = 150_000;

/** The same for a snapshot that no run waits for, in ms: its process must become available again. */
const WANTED_LIMIT_MS = 40_000;
/** Most snapshots that one sandbox makes because runs asked for them: hostile code could ask for any number of package sets. */
const MAX_WANTED = 8;

/** Package sets smaller than this are imported faster than a snapshot is restored, in bytes of wheels. */
const WORTH_BYTES = 2_000_000;

/** A snapshot that is loaded in a process, so that an interpreter can be started from it there. */
export interface SelectedSnapshot {
  readonly sidecar: SidecarClient;
  readonly key: string;
  /** The packages in the snapshot. */
  readonly wheels: readonly Wheel[];
  /** Names of those that the run needs. */
  readonly needed: readonly string[];
}

export interface SnapshotSelectorOptions {
  readonly provider: PackageProvider;
  readonly store: PackageSnapshotStore;
  readonly bytecode: BytecodeStore;
  readonly clock: Clock;
  /** Resolves with the process for the next run. */
  readonly sidecar: () => Promise<SidecarClient>;
  /** Resolves with the process for the next run as soon as it answers calls, even while it is still being prepared. */
  readonly reachable: () => Promise<SidecarClient>;
  /** Whether a standby process will make the missing snapshot, so that no run has to wait for it. */
  readonly inBackground: () => boolean;
  /** Called when a run started without a snapshot that `makeWanted` can make in a standby process. */
  readonly onWanted: () => void;
}

/** The process for a run, which may only be starting. */
interface Starting {
  readonly reachable: Promise<SidecarClient>;
  readonly ready: Promise<SidecarClient>;
}

/**
 * Finds a snapshot with the packages that a run needs, or has one made. Failures only cost time: without a snapshot the
 * packages are installed one by one.
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
  /** Keys of snapshots that runs have asked for. */
  readonly #everWanted = new Set<string>();
  /** Pending transfers: a process takes one snapshot at a time. */
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
   * Downloads the packages first, without a time limit of its own. Never rejects.
   *
   * @param needs the packages that the request needs
   * @returns null when there is no snapshot for the run
   */
  async choose(request: RunRequest, needs: RunNeeds, signal: AbortSignal): Promise<SelectedSnapshot | null> {
    try {
      const imports = await needs.code.imports();
      // An input file may have the name of a module in the snapshot, which would then take precedence.
      if (hasModules(request, imports)) return null;
      if (imports.length + (await needs.required()).length + (await needs.requested()).length === 0)
        return null;
      const { wants } = await needs.guessed();
      if (wants.required.length + (wants.optional ?? []).length === 0) return null;
      // The run needs a process in any case: start it in parallel.
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
      // The installation reports later what is missing, and why.
      return null;
    }
  }

  /** Makes the snapshot that a run asked for, in a standby process. Never rejects. */
  async makeWanted(sidecar: SidecarClient): Promise<void> {
    const wanted = this.#wanted.shift();
    if (wanted === undefined || sidecar.runtimeKey === undefined || !sidecar.isPristine) return;
    const stop = new AbortController();
    const making = this.#transfer.make(wanted, sidecar.runtimeKey, sidecar, stop.signal).catch(() => false);
    await raceStop(making, this.#clock, WANTED_LIMIT_MS, stop.signal);
    stop.abort();
  }

  /** Forgets a snapshot that could not be used. */
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
    // Only packages of Pyodide's own lock go into snapshots unasked; others are imported only by runs that name them.
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

  /** Runs tasks one after the other for each process, also after failures. */
  #inTurn<T>(sidecar: SidecarClient, work: () => Promise<T>): Promise<T> {
    const turn = (this.#handingOver.get(sidecar) ?? Promise.resolve()).then(work);
    this.#handingOver.set(
      sidecar,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

/** Whether two sets of requested packages are equal. A snapshot that can not be made of one says nothing about others. */
const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

/** Whether Python modules were uploaded with a run. The script itself counts only if the code imports it. */
const hasModules = ({ files = [], script }: RunRequest, imports: readonly string[]): boolean =>
  files
    .filter(({ name }) => name.endsWith('.py'))
    .some(
      ({ name }) =>
        name !== script || imports.some((module) => module.split('.', 1)[0] === name.slice(0, -'.py'.length)),
    );
