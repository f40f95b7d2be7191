import type { SnapshotUse } from '../../shared/protocol/sidecar-protocol.ts';
import { InterpreterPool, type StartedInterpreter } from './interpreters/interpreter-pool.ts';
import type { PackageSnapshot, PackageSnapshots } from './snapshots/package-snapshots.ts';
import type { StartContext } from './interpreters/start-context.ts';
import { startFromPackageSnapshot } from './interpreters/start-interpreter.ts';

/** Delay between handing out an interpreter and starting the next one, in ms, so that the run is not slowed down. */
const SPARE_DELAY_MS = 500;

/** Result of a request for an interpreter with packages. */
export type PackageSnapshotStart =
  | { readonly use: 'used'; readonly started: StartedInterpreter }
  | { readonly use: Exclude<SnapshotUse, 'used'> };

/** Starts interpreters from package snapshots, and keeps one ready from the snapshot that was used last. */
export class PackageSnapshotStarts {
  readonly #context: StartContext;
  readonly #snapshots: PackageSnapshots;
  #last: { readonly image: PackageSnapshot; readonly pool: InterpreterPool } | undefined;
  #keepsSpare = false;

  constructor(context: StartContext, snapshots: PackageSnapshots) {
    this.#context = context;
    this.#snapshots = snapshots;
  }

  /** Whether one is kept ready: it takes as much memory as one in use. None at first. */
  keepSpare(keeps: boolean): void {
    this.#keepsSpare = keeps;
    if (this.#last !== undefined) void this.#last.pool.keep(keeps ? 1 : 0);
  }

  /** Drops a snapshot that no interpreter can be started from. Never rejects. */
  async start(key: string): Promise<PackageSnapshotStart> {
    const image = this.#snapshots.get(key);
    if (image === undefined) return { use: 'absent' };
    const pool = this.#poolOf(image);
    try {
      const started = await pool.take();
      setTimeout(() => this.#refill(pool), SPARE_DELAY_MS);
      return { use: 'used', started };
    } catch {
      this.#snapshots.drop(key);
      void pool.keep(0);
      if (this.#last?.pool === pool) this.#last = undefined;
      return { use: 'unusable' };
    }
  }

  #poolOf(image: PackageSnapshot): InterpreterPool {
    if (this.#last?.image !== image) {
      void this.#last?.pool.keep(0);
      const start = async (): Promise<StartedInterpreter> => ({
        ...(await startFromPackageSnapshot(this.#context, image)),
        snapshot: 'absent',
      });
      this.#last = {
        image,
        pool: new InterpreterPool(start, { afterRunMs: SPARE_DELAY_MS, latestMs: SPARE_DELAY_MS }),
      };
    }
    return this.#last.pool;
  }

  #refill(pool: InterpreterPool): void {
    if (this.#keepsSpare && this.#last?.pool === pool) void pool.keep(1);
  }
}
