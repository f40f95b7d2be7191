import { setTimeout as delay } from 'node:timers/promises';
import { InterpreterThread } from '../../../src/utility/control/interpreters/interpreter-thread.ts';
import type { StartContext } from '../../../src/utility/control/interpreters/start-context.ts';
import type { RunEnd } from '../../../src/shared/protocol/interpreter.ts';
import { OCCUPATIONS, type Moment, type Occupation } from './moments.ts';

/** From being told to end to being gone, in ms: far longer than a busy machine needs. */
const HUNG_MS = 60_000;
const OUTPUT_BYTES = 1024 * 1024;

/** How long the ways to a started interpreter take, as measured last: moments are chosen within them. */
export interface StartTimes {
  /** From its snapshot. */
  restoreMs: number;
  plainMs: number;
}

/** What became of a thread: gone in time, not gone in time, or not what it should have been before it was ended. */
export type ThreadEnd = 'ended' | 'hung' | { readonly wrong: string };

/** Starts a thread and ends it at that moment. */
export const endThread = async (
  context: StartContext,
  moment: Moment,
  times: Readonly<StartTimes>,
): Promise<ThreadEnd> => {
  const mode = moment.kind === 'while it starts from nothing' ? 'plain' : 'restore';
  const thread = new InterpreterThread(context, mode);
  const wrong = await reach(thread, context, moment, times);
  const gone = Promise.all([thread.terminate(), thread.died]);
  const end = await Promise.race([gone, delay(HUNG_MS, 'hung' as const, { ref: false })]);
  if (end === 'hung') return 'hung';
  const [, { cause, detail }] = end;
  if (wrong !== null) return { wrong: `${wrong} (${cause}: ${detail})` };
  // Some take all memory before they are ended: that is an end of their own.
  return cause === 'closed' ? 'ended' : { wrong: `it had ended by itself (${cause}: ${detail})` };
};

/** Resolves at the moment; with words when it can't be reached. */
const reach = async (
  thread: InterpreterThread,
  context: StartContext,
  moment: Moment,
  { plainMs, restoreMs }: Readonly<StartTimes>,
): Promise<string | null> => {
  const image = context.snapshot.image;
  if (image === undefined) return 'there is no snapshot';
  switch (moment.kind) {
    case 'before its snapshot':
      await delay(moment.share * restoreMs);
      return null;
    case 'while it starts':
      return within(thread.boot({ bytes: image }), moment.share * restoreMs);
    case 'while it starts from nothing':
      return within(thread.boot(), moment.share * plainMs);
    case 'once it has started':
      return within(thread.boot({ bytes: image }), null);
    case 'in a run':
      return (
        (await within(thread.boot({ bytes: image }), null)) ??
        (await inRun(thread, moment.occupation, moment.afterMs))
      );
  }
};

/** @param limitMs after which it is not waited for any more, or null */
const within = async (start: Promise<unknown>, limitMs: number | null): Promise<string | null> => {
  const failed = start.then(
    () => null,
    (error: unknown) => `it did not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  return limitMs === null ? failed : Promise.race([failed, delay(limitMs, null)]);
};

const inRun = async (
  thread: InterpreterThread,
  occupation: Occupation,
  afterMs: number,
): Promise<string | null> => {
  let under: () => void = () => undefined;
  const begun = new Promise<null>((resolve) => {
    under = () => resolve(null);
  });
  const order = { code: OCCUPATIONS[occupation], outputBytes: OUTPUT_BYTES, input: true };
  const over = thread
    .run(order, () => {
      under();
      return Promise.resolve();
    })
    .then((end) => `its run had ended: ${inWords(end)}`);
  const wrong = await Promise.race([begun, over]);
  return wrong ?? Promise.race([over, delay(afterMs, null)]);
};

const inWords = (end: RunEnd): string =>
  end.kind === 'died' ? `${end.cause}: ${end.detail}` : Buffer.from(end.outcome).toString().slice(0, 300);
