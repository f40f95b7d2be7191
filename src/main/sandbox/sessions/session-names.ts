import type { NameQuestion, NameReport } from '../../../shared/protocol/name-reports.ts';
import type { Clock } from '../../base/clock.ts';
import { raceStop } from '../../base/stop-signal.ts';
import { LOOK_UP_LIMIT_MS, readNameReport } from '../../run/name-report.ts';
import type { BetweenRuns } from './between-runs.ts';
import type { OpenInterpreter } from './session-registry.ts';

/** What sessions know of names. A session that is at work, or was asked and has not answered yet, is not asked. */
export class SessionNames {
  readonly #betweenRuns: BetweenRuns;
  readonly #clock: Clock;
  readonly #asked = new WeakSet<OpenInterpreter>();

  constructor(betweenRuns: BetweenRuns, clock: Clock) {
    this.#betweenRuns = betweenRuns;
    this.#clock = clock;
  }

  /** Null when nothing is known in time. Never rejects. */
  async lookUp(session: string, question: NameQuestion): Promise<NameReport | null> {
    if (await this.#betweenRuns.isBusy(session)) return null;
    try {
      const said = await this.#betweenRuns.do(session, (interpreter) => this.#ask(interpreter, question));
      return said === null ? null : await readNameReport(said);
    } catch {
      // Its process has ended.
      return null;
    }
  }

  async #ask(interpreter: OpenInterpreter, question: NameQuestion): Promise<Uint8Array | null> {
    if (this.#asked.has(interpreter)) return null;
    this.#asked.add(interpreter);
    const asking = interpreter.sidecar.questions
      .askForBytes(interpreter.id, 'lookUpNames', question)
      .finally(() => this.#asked.delete(interpreter));
    // It may come later, or fail with its process.
    asking.catch(() => undefined);
    const raced = await raceStop(asking, this.#clock, LOOK_UP_LIMIT_MS, this.#betweenRuns.signal);
    return raced.stopped === null ? raced.value : null;
  }
}
