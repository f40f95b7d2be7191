import type { SnapshotUse } from '../../shared/protocol/sidecar-protocol.ts';
import { InterpreterPool, type StartedInterpreter } from './interpreters/interpreter-pool.ts';
import type { PackageSnapshot, PackageSnapshots } from './snapshots/package-snapshots.ts';
import type { Runtime } from './interpreters/runtime.ts';
import { startFromPackageSnapshot } from './interpreters/start-interpreter.ts';

/** From giving an interpreter away to starting the next one, in ms: the run that wants it has the processor first. */
const SPARE_DELAY_MS = 500;

/** What came of the wish for an interpreter with packages in it. */
export type PackageSnapshotStart =
  | { readonly use: 'used'; readonly started: StartedInterpreter }
  | { readonly use: Exclude<SnapshotUse, 'used'> };

/** Starts interpreters from images, and keeps one ready from the image that was used last. */
export class PackageSnapshotStarts {
  readonly #runtime: Runtime;
  readonly #snapshots: PackageSnapshots;
  #last: { readonly image: PackageSnapshot; readonly pool: InterpreterPool } | undefined;
  #keepsSpare = false;

  constructor(runtime: Runtime, snapshots: PackageSnapshots) {
    this.#runtime = runtime;
    this.#snapshots = snapshots;
  }

  /** Whether one is kept ready: it takes as much memory as one in use. None at first. */
  keepSpare(keeps: boolean): void {
    this.#keepsSpare = keeps;
    if (this.#last !== undefined) void this.#last.pool.keep(keeps ? 1 : 0);
  }

  /** An image of which no interpreter can be started is dropped. Never rejects. */
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
        ...(await startFromPackageSnapshot(this.#runtime, image)),
        snapshot: 'absent',
      });
      this.#last = { image, pool: new InterpreterPool(start, SPARE_DELAY_MS) };
    }
    return this.#last.pool;
  }

  #refill(pool: InterpreterPool): void {
    if (this.#keepsSpare && this.#last?.pool === pool) void pool.keep(1);
  }
}
