/** Blocking calls, seen from the thread that makes them. The memory is real; waiting is scripted, as nothing may block here. */
import { describe, expect, it } from 'vitest';
import { answerMemory, AnswerSlot, nextCall } from '../../../../src/shared/protocol/answer-slot.ts';
import {
  LAST_CALL,
  type AtomicsWait,
  type BlockingCall,
  type CallAnswer,
} from '../../../../src/shared/protocol/blocking-calls.ts';
import { CALL_FAILED, CALL_INTERRUPTED } from '../../../../src/shared/protocol/call-codes.ts';
import { BlockingCaller } from '../../../../src/utility/worker/blocking-caller.ts';
import { BlockingCallDispatcher } from '../../../../src/utility/worker/blocking-call-dispatcher.ts';

const bytes = (...values: number[]): CallAnswer => ({ kind: 'bytes', bytes: Uint8Array.from(values) });

interface Stage {
  readonly caller: BlockingCaller<string>;
  readonly slot: AnswerSlot;
  /** Calls that were asked, with their requests. */
  readonly asked: (readonly [number, string])[];
  /** What happens while the thread waits, each time in turn; none left: it times out. */
  readonly meanwhile: (() => void)[];
  interrupted: boolean;
}

const stage = (limitMs: number | null = null): Stage => {
  const memory = answerMemory(8);
  const meanwhile: (() => void)[] = [];
  const asked: (readonly [number, string])[] = [];
  const wait: AtomicsWait = () => {
    const next = meanwhile.shift();
    if (next === undefined && limitMs === null) throw new Error('it waits for ever');
    next?.();
    return next === undefined ? 'timed-out' : 'ok';
  };
  const all: Stage = {
    asked,
    meanwhile,
    interrupted: false,
    slot: new AnswerSlot(memory),
    caller: new BlockingCaller<string>({
      memory,
      wait,
      ask: (call, request) => {
        asked.push([call, request]);
        return request !== 'refused';
      },
      isInterrupted: () => all.interrupted,
      limitMs,
    }),
  };
  return all;
};

describe('a blocking call', () => {
  it('gets the answer to its own number, whatever else was answered before', () => {
    const { asked, caller, meanwhile, slot } = stage();
    slot.answer(7, bytes(9));
    meanwhile.push(
      () => slot.ring(),
      () => slot.answer(2, bytes(8)),
      () => slot.answer(1, bytes(1, 2)),
    );
    expect(caller.call('a')).toEqual(bytes(1, 2));
    meanwhile.push(() => slot.answer(2, { kind: 'end' }));
    expect(caller.call('b')).toEqual({ kind: 'end' });
    meanwhile.push(() => slot.answer(3, { kind: 'failed' }));
    expect(caller.call('c')).toEqual({ kind: 'failed' });
    expect(asked).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('that is interrupted stays open: the next one waits for the same answer', () => {
    const all = stage();
    all.meanwhile.push(() => (all.interrupted = true));
    expect(all.caller.call('a')).toBe('interrupted');
    all.interrupted = false;
    all.meanwhile.push(() => all.slot.answer(1, bytes(1)));
    expect(all.caller.call('a again')).toEqual(bytes(1));
    expect(all.asked).toEqual([[1, 'a']]);
  });

  it('that is forgotten is never answered: the next one asks anew', () => {
    const all = stage();
    all.meanwhile.push(() => (all.interrupted = true));
    expect(all.caller.call('a')).toBe('interrupted');
    all.interrupted = false;
    all.caller.forget();
    all.slot.answer(1, bytes(1));
    all.meanwhile.push(() => all.slot.answer(2, bytes(2)));
    expect(all.caller.call('b')).toEqual(bytes(2));
  });

  it('fails at once when it may not be asked', () => {
    const { caller } = stage();
    expect(caller.call('refused')).toEqual({ kind: 'failed' });
  });

  it('fails after its time limit, and a late answer is not taken for the next one', () => {
    const { caller, meanwhile, slot } = stage(10);
    expect(caller.call('a')).toEqual({ kind: 'failed' });
    slot.answer(1, bytes(1));
    meanwhile.push(() => slot.answer(2, bytes(2)));
    expect(caller.call('b')).toEqual(bytes(2));
  });

  it('has numbers that start again after the largest one', () => {
    expect([nextCall(0), nextCall(1), nextCall(LAST_CALL)]).toEqual([1, 2, 1]);
  });
});

const answersOf = (partBytes: number): Record<BlockingCall, SharedArrayBuffer> => ({
  readInput: answerMemory(partBytes),
  readPackageFile: answerMemory(partBytes),
  callFunction: answerMemory(partBytes),
  fetchFonts: answerMemory(partBytes),
});

describe("a guest's call", () => {
  const setUp = (answer: CallAnswer): { calls: BlockingCallDispatcher; asked: unknown[] } => {
    const answers = answersOf(8);
    const asked: unknown[] = [];
    const ask = (slot: AnswerSlot) => (call: number, request: object) => {
      asked.push(request);
      slot.answer(call, answer);
      return true;
    };
    const calls = new BlockingCallDispatcher({
      answers,
      wait: () => 'timed-out',
      isInterrupted: () => answer.kind === 'failed',
      ask: {
        readInput: ask(new AnswerSlot(answers.readInput)),
        readPackageFile: ask(new AnswerSlot(answers.readPackageFile)),
        callFunction: ask(new AnswerSlot(answers.callFunction)),
        fetchFonts: ask(new AnswerSlot(answers.fetchFonts)),
      },
    });
    return { calls, asked };
  };
  const INPUT = JSON.stringify({ prompt: '?', secret: false });

  it('puts the answer into its own memory', () => {
    const { asked, calls } = setUp(bytes(1, 2, 3));
    const target = new Uint8Array(5);
    expect(calls.call('readInput', INPUT, target)).toBe(3);
    expect([...target]).toEqual([1, 2, 3, 0, 0]);
    expect(calls.call('readPackageFile', '{"id":0,"offset":7}', target)).toBe(3);
    expect(asked).toEqual([
      { prompt: '?', secret: false },
      { id: 0, offset: 7 },
    ]);
  });

  it('tells the end from a failure', () => {
    expect(setUp({ kind: 'end' }).calls.call('readInput', INPUT, new Uint8Array(1))).toBe(0);
    expect(setUp({ kind: 'failed' }).calls.call('readInput', INPUT, new Uint8Array(1))).toBe(CALL_FAILED);
  });

  it('that can be interrupted is; one of a package file is not', () => {
    const answers = answersOf(8);
    const calls = new BlockingCallDispatcher({
      answers,
      wait: () => 'timed-out',
      isInterrupted: () => true,
      ask: {
        readInput: () => true,
        readPackageFile: () => true,
        callFunction: () => true,
        fetchFonts: () => true,
      },
    });
    expect(calls.call('readInput', INPUT, new Uint8Array(1))).toBe(CALL_INTERRUPTED);
    expect(calls.call('readPackageFile', '{"id":0,"offset":0}', new Uint8Array(1))).toBe(CALL_FAILED);
  });

  it('of a function that was interrupted is given up, and the next call is a new one', () => {
    const answers = answersOf(8);
    const slot = new AnswerSlot(answers.callFunction);
    const asked: number[] = [];
    let interrupted = true;
    const calls = new BlockingCallDispatcher({
      answers,
      // The abandoned call is answered late.
      wait: () => {
        slot.answer(1, bytes(1));
        slot.answer(asked.at(-1) ?? 0, bytes(2));
        return 'ok';
      },
      isInterrupted: () => interrupted,
      ask: {
        readInput: () => true,
        readPackageFile: () => true,
        callFunction: (call) => asked.push(call) > 0,
        fetchFonts: () => true,
      },
    });
    const target = new Uint8Array(1);
    const call = (id: number, json: string | null = '{}'): number =>
      calls.call('callFunction', JSON.stringify({ id, json }), target);
    expect([call(1), call(1)]).toEqual([CALL_INTERRUPTED, CALL_INTERRUPTED]);
    expect(asked).toEqual([1]);
    interrupted = false;
    expect([call(2), target[0], asked]).toEqual([1, 2, [1, 2]]);
    expect([call(2, null), asked]).toEqual([1, [1, 2, 3]]);
  });

  it.each([
    ['no such call', 'eval', INPUT, new Uint8Array(8)],
    ['a name of every object', 'constructor', INPUT, new Uint8Array(8)],
    ['a name that is no text', ['readInput'], INPUT, new Uint8Array(8)],
    ['a request that is no text', 'readInput', { prompt: '' }, new Uint8Array(8)],
    ['too much in the request', 'readInput', '{"prompt":"","secret":false,"more":1}', new Uint8Array(8)],
    ['a request of another call', 'readPackageFile', INPUT, new Uint8Array(8)],
    ['a negative offset', 'readPackageFile', '{"id":0,"offset":-1}', new Uint8Array(8)],
    ['memory that is too small', 'readInput', INPUT, new Uint8Array(2)],
    ['no memory', 'readInput', INPUT, null],
    ['memory that lies about its length', 'readInput', INPUT, { length: 8, byteLength: 8 }],
  ])('is refused: %s', (_what, name, request, target) => {
    expect(setUp(bytes(1, 2, 3)).calls.call(name, request, target)).toBe(CALL_FAILED);
  });

  it('whose request is no JSON throws, which the host answers as a failure', () => {
    expect(() => setUp(bytes(1)).calls.call('readInput', '{', new Uint8Array(8))).toThrow();
  });
});
