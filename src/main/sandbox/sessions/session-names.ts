import type { NameQuestion, NameReport } from '../../../shared/protocol/name-reports.ts';
import type { Clock } from '../../base/clock.ts';
import { raceStop } from '../../base/stop-signal.ts';
import { LOOK_UP_LIMIT_MS, readNameReport } from '../../sessions/name-report.ts';
import type { IdleSessionCalls } from './idle-session-calls.ts';

/** What sessions know of names. A session that is at work, or was asked and has not answered yet, is not asked. */
export class SessionNames {
  readonly #idleSessionCalls: IdleSessionCalls;
  readonly #clock: Clock;

  constructor(idleSessionCalls: IdleSessionCalls, clock: Clock) {
    this.#idleSessionCalls = idleSessionCalls;
    this.#clock = clock;
  }

  /** Null when nothing is known in time. Never rejects. */
  async lookUp(session: string, question: NameQuestion): Promise<NameReport | null> {
    if (await this.#idleSessionCalls.isBusy(session)) return null;
    const late = new AbortController();
    const asking = this.#idleSessionCalls.ask(
      session,
      ({ id, sidecar }) => sidecar.questions.askForBytes(id, 'lookUpNames', question),
      late.signal,
    );
    try {
      const raced = await raceStop(asking, this.#clock, LOOK_UP_LIMIT_MS, this.#idleSessionCalls.signal);
      if (raced.stopped !== null || raced.value?.stopped !== null) return null;
      return await readNameReport(raced.value.value);
    } catch {
      // Its interpreter has ended.
      return null;
    } finally {
      late.abort();
    }
  }
}
