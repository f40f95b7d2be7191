import type { TableQuery, TableRows } from '../../../shared/contract/table.ts';
import type { Clock } from '../../base/clock.ts';
import { linkSignals, raceStop } from '../../base/stop-signal.ts';
import { decodedText } from '../../foreign-text/decoded-text.ts';
import type { BetweenRuns } from './between-runs.ts';

/** For the session's turn, and for the answer then, in ms; the interpreter itself gives up earlier. */
const TURN_MS = 500;
const ANSWER_MS = 10_000;

/** Rows of the data frames that runs of sessions have shown. */
export class SessionTables {
  readonly #betweenRuns: BetweenRuns;
  readonly #clock: Clock;

  constructor(betweenRuns: BetweenRuns, clock: Clock) {
    this.#betweenRuns = betweenRuns;
    this.#clock = clock;
  }

  /** @throws RpcError when the interpreter dies of it or its answer is too long */
  async rows(session: string, query: TableQuery): Promise<TableRows> {
    const late = new AbortController();
    const cancel = this.#clock.after(TURN_MS, () => late.abort());
    const { signal, unlink } = linkSignals(this.#betweenRuns.signal, late.signal);
    try {
      const rows = await this.#betweenRuns.do<TableRows>(
        session,
        async ({ id, sidecar }) => {
          cancel();
          const asked = sidecar.questions.askForBytes(id, 'tableRows', query);
          const raced = await raceStop(asked, this.#clock, ANSWER_MS, this.#betweenRuns.signal);
          if (raced.stopped !== null) return { kind: 'slow' };
          return { kind: 'answered', text: await decodedText(raced.value) };
        },
        signal,
      );
      if (rows !== null) return rows;
      return { kind: late.signal.aborted ? 'busy' : 'no-session' };
    } finally {
      cancel();
      unlink();
    }
  }
}
