/** What the sandbox itself has to say about a run: what happened, what was kept, what to do. */
import { INTERPRETER_ENDED, PACKAGES_MISSING, type RunResult } from '../../../shared/contract/run.ts';
import { traitsOf } from '../../../shared/runtimes.ts';

export interface Sentence {
  readonly key: string;
  readonly values?: Readonly<Record<string, string>>;
}

export interface OutcomeMessage {
  readonly tone: 'calm' | 'caution' | 'danger';
  readonly sentences: readonly Sentence[];
  /** Whether there is more to see in Activity. */
  readonly activity: boolean;
}

export interface OutcomeTexts {
  /** The time limit and the memory limit, as they were. */
  readonly timeLimit: string;
  readonly memoryLimit: string;
  /** How long stopping took. */
  readonly stopTime: string | null;
  /** Why the process ended, if it did. */
  readonly crashReason: string;
}

const stateSentence = (result: RunResult): Sentence[] => {
  switch (result.session.state) {
    case 'kept':
      return [{ key: 'console.stateKept' }];
    case 'lost':
      return [{ key: 'console.stateLost' }];
    case 'reset':
      return [];
  }
};

const cancelled = (result: RunResult, { stopTime }: OutcomeTexts): OutcomeMessage => {
  if (result.timing.runMs === 0) {
    return { tone: 'calm', sentences: [{ key: 'console.cancelled' }], activity: false };
  }
  switch (result.session.state) {
    case 'kept':
      return { tone: 'calm', sentences: [{ key: 'console.interrupted' }], activity: false };
    case 'lost':
      return stopTime === null
        ? { tone: 'caution', sentences: [{ key: 'console.ended' }], activity: true }
        : {
            tone: 'caution',
            sentences: [{ key: 'console.restarted', values: { time: stopTime } }],
            activity: true,
          };
    case 'reset':
      return { tone: 'calm', sentences: [{ key: 'console.stopped' }], activity: false };
  }
};

/** Why a run's interpreter ended without its process; null when that is not what happened. */
export const interpreterEndOf = ({ error, status }: RunResult): string | null =>
  status === 'crashed' && error?.message.startsWith(INTERPRETER_ENDED) === true
    ? error.message.slice(INTERPRETER_ENDED.length)
    : null;

const crashed = (result: RunResult, processReason: string): OutcomeMessage => {
  const { keepsSessions, sandboxed, supervised } = traitsOf(result.runtime);
  const interpreterReason = interpreterEndOf(result);
  const inSandbox = interpreterReason === null ? 'console.crashed' : 'console.interpreterCrashed';
  const reason = interpreterReason ?? processReason;
  return {
    tone: 'danger',
    sentences: [
      { key: sandboxed ? inSandbox : 'console.pythonCrashed', values: { reason } },
      ...(keepsSessions ? [{ key: 'console.stateLost' }] : []),
    ],
    activity: supervised,
  };
};

/** Null when there is nothing to add to what the code itself brought out. */
export const outcomeMessageOf = (result: RunResult, texts: OutcomeTexts): OutcomeMessage | null => {
  switch (result.status) {
    case 'ok':
      return result.session.state === 'lost'
        ? { tone: 'caution', sentences: [{ key: 'console.stateWasLost' }], activity: true }
        : null;
    case 'error':
      return null;
    case 'timeout':
      return {
        tone: 'caution',
        sentences: [{ key: 'console.timeout', values: { limit: texts.timeLimit } }, ...stateSentence(result)],
        activity: result.session.state === 'lost',
      };
    case 'cancelled':
      return cancelled(result, texts);
    case 'out-of-memory':
      return {
        tone: 'danger',
        sentences: [
          traitsOf(result.runtime).limitsMemory
            ? { key: 'console.outOfMemory', values: { limit: texts.memoryLimit } }
            : { key: 'console.pythonOutOfMemory' },
          ...stateSentence(result),
        ],
        activity: traitsOf(result.runtime).supervised,
      };
    case 'crashed':
      return crashed(result, texts.crashReason);
    case 'setup-failed':
      return {
        tone: 'danger',
        sentences: [
          {
            key: result.error?.type === PACKAGES_MISSING ? 'console.packagesMissing' : 'console.setupFailed',
            values: { reason: result.error?.message ?? '' },
          },
        ],
        activity: false,
      };
  }
};
