import type { TableQuery, TableRows } from '../../../shared/contract/table.ts';
import type { Clock } from '../../base/clock.ts';
import { decodedText } from '../../foreign-text/decoded-text.ts';
import type { IdleSessionCalls } from './idle-session-calls.ts';

/** For the session's turn, in ms. */
const TURN_MS = 500;

/** Rows of the data frames that runs of sessions have shown. */
export class SessionTables {
  readonly #idleSessionCalls: IdleSessionCalls;
  readonly #clock: Clock;

  constructor(idleSessionCalls: IdleSessionCalls, clock: Clock) {
    this.#idleSessionCalls = idleSessionCalls;
    this.#clock = clock;
  }

  /** @throws RpcError when the interpreter dies of it or its answer is too long */
  async rows(session: string, query: TableQuery): Promise<TableRows> {
    const late = new AbortController();
    const cancel = this.#clock.after(TURN_MS, () => late.abort());
    try {
      const asked = await this.#idleSessionCalls.ask<TableRows>(
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
