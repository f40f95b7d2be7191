import type { TableQuery, TableRows } from '../../../shared/contract/table.ts';
import type { Clock } from '../../base/clock.ts';
import { decodedText } from '../../foreign-text/decoded-text.ts';
import type { BetweenRuns } from './between-runs.ts';

/** For the session's turn, in ms. */
const TURN_MS = 500;

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
    try {
      const asked = await this.#betweenRuns.ask<TableRows>(
        session,
        async ({ id, sidecar }) => {
          cancel();
          const bytes = await sidecar.questions.askForBytes(id, 'tableRows', query);
          return { kind: 'answered', text: await decodedText(bytes) };
        },
        late.signal,
      );
      if (asked !== null) return asked.stopped === null ? asked.value : { kind: 'slow' };
      return { kind: late.signal.aborted ? 'busy' : 'no-session' };
    } finally {
      cancel();
    }
  }
}
