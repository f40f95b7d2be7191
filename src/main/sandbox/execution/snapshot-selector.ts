import type { RunRequest } from '../../../shared/contract/run.ts';
import type { WantedPackages } from '../../packages/package-transaction.ts';
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

/** How long a run waits for a snapshot to be transferred, in ms; then it starts without. */
const LIMIT_MS = 150_000;

/** Most snapshots that one sandbox makes because runs asked for them: hostile code could ask for any number of package sets. */
const MAX_WANTED = 8;
/** A process that ends while it makes one tells nothing of the snapshot: it is tried so often. */
const TRIES = 2;

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
  /** Called when a run started without a snapshot that `makeWanted` can make in a process of its own. */
  readonly onWanted: () => void;
}

/** A snapshot that is to be made. */
interface Wanted {
  readonly need: SnapshotNeed;
  readonly tries: number;
}

/** The process for a run, which may only be starting. */
interface Starting {
  readonly reachable: Promise<SidecarClient>;
  readonly ready: Promise<SidecarClient>;
}

/**
 * Finds a snapshot with the packages that a run needs. Where there is none, the packages are installed one by one, which no
 * run is slower for than plain Pyodide, and the snapshot is made afterwards, where no guest is. Failures only cost time.
 */
export class SnapshotSelector {
  readonly #provider: PackageProvider;
  readonly #store: PackageSnapshotStore;
  readonly #transfer: SnapshotTransfer;
  readonly #clock: Clock;
  readonly #sidecar: () => Promise<SidecarClient>;
  readonly #reachable: () => Promise<SidecarClient>;
  readonly #onWanted: () => void;
  readonly #wanted: Wanted[] = [];
  /** Keys of snapshots that runs have asked for. */
  readonly #everWanted = new Set<string>();
  /** Pending transfers: a process takes one snapshot at a time. */
  readonly #handingOver = new WeakMap<SidecarClient, Promise<unknown>>();

  constructor({ bytecode, clock, onWanted, provider, reachable, sidecar, store }: SnapshotSelectorOptions) {
    this.#provider = provider;
    this.#store = store;
    this.#transfer = new SnapshotTransfer({ bytecode, provider, store });
    this.#clock = clock;
    this.#sidecar = sidecar;
    this.#reachable = reachable;
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
      // The run needs a process in any case: start it in parallel.
      const starting: Starting = { ready: this.#sidecar(), reachable: this.#reachable() };
      starting.ready.catch(() => undefined);
      starting.reachable.catch(() => undefined);
      const imports = await needs.code.imports();
      // An input file may have the name of a module in the snapshot, which would then take precedence.
      if (hasModules(request, imports)) return null;
      if (imports.length + (await needs.required()).length + (await needs.requested()).length === 0)
        return null;
      const { wants } = await needs.guessed();
      if (wants.required.length + (wants.optional ?? []).length === 0) return null;
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

  /** Whether there is one to be made. */
  get hasWanted(): boolean {
    return this.#wanted.length > 0;
  }

  /**
   * Has a snapshot made that no run has asked for yet. Downloads nothing.
   *
   * @param roots names of packages in Pyodide's lock
   * @returns whether there is anything to make: not where it is there already, or the packages are not
   * @throws PackageError when packages can not be had at all
   */
  async wantFor(roots: readonly string[], signal: AbortSignal): Promise<boolean> {
    const packages = await this.#provider.begin({ askedBy: 'code', signal });
    try {
      const need = await needOf(roots, packages);
      if (need === null) return false;
      this.#wanted.push({ need, tries: TRIES });
      return true;
    } finally {
      await packages.release();
    }
  }

  /**
   * Makes one of the snapshots that are wanted, in a process in which no guest is, before or afterwards. None is made of
   * which another process is making one. Never rejects.
   *
   * @param limitMs then it is given up
   */
  async makeWanted(sidecar: SidecarClient, limitMs: number): Promise<void> {
    const wanted = this.#wanted.shift();
    const { runtimeKey } = sidecar;
    if (wanted === undefined || runtimeKey === undefined || !sidecar.isPristine) return;
    const { need, tries } = wanted;
    const release = await this.#store.claim(keyOf(need, runtimeKey));
    if (release === null) return;
    const stop = new AbortController();
    try {
      const making = this.#transfer
        .make(need, runtimeKey, sidecar, stop.signal)
        .catch(() => 'failed' as const);
      const raced = await raceStop(making, this.#clock, limitMs, stop.signal);
      const outcome = raced.stopped === null ? raced.value : 'failed';
      if (outcome === 'failed' && tries > 1) this.#wanted.push({ need, tries: tries - 1 });
    } finally {
      stop.abort();
      await release();
    }
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
    this.#want(need, runtimeKey);
    // The run installs them itself: they come while its process is still being prepared.
    await Promise.all([ready, this.#transfer.bring(need.wheels, sidecar, signal)]);
    return null;
  }

  async #need(wants: WantedPackages, packages: RunPackages): Promise<SnapshotNeed | null> {
    const { wheels: all } = await packages.obtain(wants);
    // Only packages of Pyodide's own lock go into snapshots unasked; others are imported only by runs that name them.
    const ofLock = new Set(all.filter(({ origin }) => origin === 'lock').map(({ name }) => name));
    const imported = (wants.optional ?? []).filter(({ modules }) => modules.length > 0);
    const roots = imported.map(({ requirement }) => requirement).filter((name) => ofLock.has(name));
    return roots.length === 0 ? null : needOf(roots, packages);
  }

  #want(need: SnapshotNeed, runtime: string): void {
    const key = keyOf(need, runtime);
    if (this.#everWanted.has(key) || this.#everWanted.size >= MAX_WANTED) return;
    this.#everWanted.add(key);
    this.#wanted.push({ need, tries: TRIES });
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

/** Null when it is not worth a snapshot. @throws PackageError when the packages are too large, or not there */
const needOf = async (
  roots: readonly string[],
  packages: Pick<RunPackages, 'kept'>,
): Promise<SnapshotNeed | null> => {
  const wheels = (await packages.kept(roots)) ?? [];
  refuseTooLarge(wheels);
  if (wheels.reduce((total, { bytes }) => total + bytes, 0) < WORTH_BYTES) return null;
  return {
    roots,
    wheels,
    modules: wheels.flatMap((wheel) => modulesOf(wheel, roots.includes(wheel.name))),
  };
};

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
