/** The ways in which an interpreter's worker thread ends while its process goes on. */
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import { inWords } from './soaked-sandbox.ts';

/** The longest time after which a start or a run is cancelled, in ms. */
const LONGEST_MS = 300;

const STUBBORN = 'while True:\n  try:\n    while True: pass\n  except BaseException: pass';
const ENDLESS = 'while True: pass';

/** Each ends exactly one worker. Null when it did as it should, else what came instead. */
type End = (sandbox: Sandbox, index: number) => Promise<string | null>;

/** After its run; the sandbox waits for its thread to be terminated. */
const afterRun: End = async (sandbox) => {
  const result = await sandbox.run({ code: '1+1' });
  return result.value?.json === 2 ? null : inWords(result);
};

/** In the middle of its start or soon after, whichever the time hits. */
const cancelled: End = async (sandbox, index) => {
  const signal = AbortSignal.timeout(1 + ((index * 37) % LONGEST_MS));
  const result = await sandbox.run({ code: ENDLESS }, { signal });
  return result.status === 'cancelled' ? null : inWords(result);
};

/** Code that takes no interrupt is ended with its thread. */
const stubborn: End = async (sandbox) => {
  const stop = new AbortController();
  const result = await sandbox.run(
    { code: `print("in", flush=True)\n${STUBBORN}` },
    { signal: stop.signal, onOutput: () => stop.abort() },
  );
  return result.status === 'cancelled' ? null : inWords(result);
};

/** With the state of a session in it; the end is not waited for. */
const reset: End = async (sandbox, index) => {
  const session = `session-${index}`;
  const result = await sandbox.run({ code: 'kept = 1', session });
  if (result.status !== 'ok') return inWords(result);
  return (await sandbox.reset(session)) ? null : 'there was no session to reset';
};

export const RUN_ENDS = { 'after a run': afterRun, cancelled, stubborn, reset } as const;
export type WayToEnd = keyof typeof RUN_ENDS;

/** Of 20: mostly the fastest way that ends a worker which has run something. */
export const wayOf = (index: number): WayToEnd => {
  switch (index % 20) {
    case 3:
    case 11:
    case 17:
      return 'cancelled';
    case 7:
      return 'stubborn';
    case 14:
      return 'reset';
    default:
      return 'after a run';
  }
};
