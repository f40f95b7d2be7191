/** Cells that wait for their turn: those of a session run one after the other. */
import type { Cell } from './cell.ts';
import type { Session } from './session.ts';

/** A cell whose turn has come. */
export interface QueuedCell {
  readonly session: Session;
  readonly cell: Cell;
  /** The code as it was when the cell was queued. */
  readonly source: string;
}

interface Waiting extends QueuedCell {
  /** Those that were queued together: what does not end well is the last of them. */
  readonly group: object;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

export class CellQueue {
  /** Runs a cell to its end. @returns whether it ended well */
  readonly #run: (turn: QueuedCell) => Promise<boolean>;
  readonly #waiting = new Map<Session, readonly Waiting[]>();
  readonly #busy = new Set<Session>();

  constructor(run: (turn: QueuedCell) => Promise<boolean>) {
    this.#run = run;
  }

  /**
   * Queues cells together. Resolves once each of them has run or was taken out; rejects when one could not be run to its
   * end, which keeps no others of the session from their turn.
   */
  async add(session: Session, cells: readonly Cell[]): Promise<void> {
    const group = {};
    const settled = cells.map(
      (cell) =>
        new Promise<void>((settle, fail) => {
          const waiting = { session, cell, source: cell.source, group, settle, fail };
          this.#set(session, [...this.#of(session), waiting]);
        }),
    );
    void this.#work(session);
    await Promise.all(settled);
  }

  /** It will not run. */
  takeOut(cell: Cell): void {
    for (const session of this.#waiting.keys()) this.#drop(session, (waiting) => waiting.cell === cell);
  }

  async #work(session: Session): Promise<void> {
    if (this.#busy.has(session)) return;
    this.#busy.add(session);
    try {
      for (let next; (next = this.#next(session)) !== undefined;) await this.#turn(next);
    } finally {
      this.#busy.delete(session);
    }
  }

  async #turn(turn: Waiting): Promise<void> {
    let isWell = false;
    try {
      isWell = await this.#run(turn);
    } catch (error) {
      turn.fail(error);
    } finally {
      if (!isWell) this.#drop(turn.session, ({ group }) => group === turn.group);
      turn.settle();
    }
  }

  #of(session: Session): readonly Waiting[] {
    return this.#waiting.get(session) ?? [];
  }

  #next(session: Session): Waiting | undefined {
    const [next, ...rest] = this.#of(session);
    if (next !== undefined) next.cell.queuedAt = null;
    this.#set(session, rest);
    return next;
  }

  #drop(session: Session, isDropped: (waiting: Waiting) => boolean): void {
    const dropped = this.#of(session).filter(isDropped);
    if (dropped.length === 0) return;
    this.#set(
      session,
      this.#of(session).filter((waiting) => !isDropped(waiting)),
    );
    for (const { cell, settle } of dropped) {
      cell.queuedAt = null;
      settle();
    }
  }

  #set(session: Session, waiting: readonly Waiting[]): void {
    if (waiting.length === 0) this.#waiting.delete(session);
    else this.#waiting.set(session, waiting);
    for (const [index, { cell }] of waiting.entries()) cell.queuedAt = index + 1;
  }
}
