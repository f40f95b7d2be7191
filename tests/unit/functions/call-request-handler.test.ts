/** The calls of one run, which may come from a worker that is in the wrong hands. */
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CallRequestHandler, type CallLimits } from '../../../src/main/functions/call-request-handler.ts';
import { FunctionSet } from '../../../src/main/functions/function-set.ts';
import type { ConfirmCall, HostFunctions } from '../../../src/main/functions/host-function.ts';
import type { RunCall } from '../../../src/shared/contract/run.ts';
import type { FunctionAnswer } from '../../../src/shared/protocol/blocking-calls.ts';
import { FUNCTION_PART_BYTES, LAST_PART, MORE_TO_COME } from '../../../src/shared/protocol/call-codes.ts';
import { deferred, FakeClock, turns, until, utf8, type Deferred } from '../sandbox/support.ts';

const LIMITS_OF_TEST: CallLimits = {
  calls: 100,
  perSecond: 1000,
  argumentBytes: 1000,
  resultBytes: 1024 * 1024,
  keepArguments: false,
};

interface Stage {
  readonly dialog: CallRequestHandler;
  readonly clock: FakeClock;
  readonly answers: (FunctionAnswer & { readonly call: number })[];
  readonly settled: RunCall[];
  /** What became of the run's time. */
  readonly time: string[];
  /** Makes a call of that number. */
  call(number: number, name: string, values?: object): void;
  /** What was answered to that call, all of its parts. */
  textOf(number: number): string;
}

const stage = (
  functions: HostFunctions,
  limits: Partial<CallLimits> = {},
  confirm?: ConfirmCall,
  pausesTime = false,
): Stage => {
  const time: string[] = [];
  const answers: (FunctionAnswer & { readonly call: number })[] = [];
  const settled: RunCall[] = [];
  const clock = new FakeClock();
  const dialog = new CallRequestHandler({
    functions: {
      set: new FunctionSet(functions),
      limits: { ...LIMITS_OF_TEST, ...limits },
      confirm,
      pausesTime,
    },
    clock,
    session: null,
    onSettled: (call) => {
      settled.push(call);
      throw new Error('a listener that fails');
    },
  });
  dialog.connect(
    (call, answer) => {
      answers.push({ call, ...answer });
      return Promise.reject(new Error('the process is gone'));
    },
    {
      pause: () => {
        time.push('stands still');
        return () => void time.push('goes on');
      },
    },
  );
  return {
    dialog,
    clock,
    answers,
    settled,
    time,
    call: (number, name, values = {}) =>
      dialog.push({ call: number, bytes: utf8(JSON.stringify({ name, arguments: values })), last: true }),
    textOf: (number) =>
      Buffer.concat(
        answers.flatMap((answer) =>
          answer.call === number && answer.kind === 'bytes' ? [answer.bytes.subarray(1)] : [],
        ),
      ).toString(),
  };
};

const outcomes = (settled: readonly RunCall[]): string[] => settled.map(({ outcome }) => outcome);

describe('a call', () => {
  it('comes in pieces of any size', async () => {
    const { answers, dialog, textOf } = stage({ one: { handler: () => 1 } });
    for (const byte of utf8('{"name":"one","arguments":{}}')) {
      dialog.push({ call: 3, bytes: Uint8Array.of(byte), last: false });
    }
    await turns();
    expect(answers).toEqual([]);
    dialog.push({ call: 3, bytes: new Uint8Array(), last: true });
    await until(() => answers.length > 0);
    expect(textOf(3)).toBe('{"value":1}');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"name":'],
    ['another form', '[1]'],
    ['a list of arguments', '{"name":"one","arguments":[]}'],
    ['more than a call has', '{"name":"one","arguments":{},"session":"other"}'],
    ['one key twice', '{"name":"one","name":"two","arguments":{}}'],
    ['a key that is none', '{"name":"one","arguments":{"__proto__":{"x":1}}}'],
    ['levels without end', `{"name":"one","arguments":{"a":${'['.repeat(400)}${']'.repeat(400)}}}`],
    ['a name without end', `{"name":"${'a'.repeat(500)}","arguments":{}}`],
    ['a name of every object', '{"name":"constructor","arguments":{}}'],
    ['a name of every map', '{"name":"__proto__","arguments":{}}'],
    ['an unknown name', '{"name":"three","arguments":{}}'],
    ['arguments that it does not take', '{"name":"one","arguments":{"a":1}}'],
  ])('that has %s is refused, and the next one is made', async (_what, text) => {
    let called = 0;
    const { call, dialog, settled } = stage({ one: { handler: () => ++called } });
    dialog.push({ call: 1, bytes: utf8(text), last: true });
    await until(() => settled.length === 1);
    expect([called, outcomes(settled)]).toEqual([0, ['refused']]);
    call(2, 'one');
    await until(() => settled.length === 2);
    expect([called, outcomes(settled)]).toEqual([1, ['refused', 'ok']]);
  });

  it('is answered in the parts that are asked for, up to the end of the answer', async () => {
    const { answers, call, dialog, textOf } = stage({ give: { handler: () => 'é'.repeat(200_000) } });
    call(1, 'give');
    await until(() => answers.length === 1);
    dialog.sendNextPart(2);
    dialog.sendNextPart(3);
    expect(answers.map(({ kind }) => kind)).toEqual(['bytes', 'bytes', 'failed']);
    const marks = answers.map((answer) => (answer.kind === 'bytes' ? answer.bytes[0] : null));
    expect(marks).toEqual([MORE_TO_COME, LAST_PART, null]);
    expect(answers.map((answer) => (answer.kind === 'bytes' ? answer.bytes.length : 0))[0]).toBe(
      FUNCTION_PART_BYTES,
    );
    expect(textOf(1).length + textOf(2).length).toBeGreaterThan(200_000);
  });

  it('that was abandoned is reported once, and never answered', async () => {
    const works: Deferred<string>[] = [];
    const signals: AbortSignal[] = [];
    const { answers, call, settled, textOf } = stage({
      slow: {
        handler: (_input, { signal }) => {
          signals.push(signal);
          const work = deferred<string>();
          works.push(work);
          return work.promise;
        },
      },
    });
    call(1, 'slow');
    await until(() => works.length === 1);
    call(2, 'slow');
    await until(() => works.length === 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    works[0]?.resolve('late');
    works[1]?.resolve('in time');
    await until(() => answers.length > 0);
    await turns();
    expect(answers.map(({ call: number }) => number)).toEqual([2]);
    expect(textOf(2)).toBe('{"value":"in time"}');
    expect(outcomes(settled)).toEqual(['abandoned', 'ok']);
  });

  it('is refused while too many abandoned calls are still at work', async () => {
    let begun = 0;
    const { call, settled, textOf } = stage({
      stuck: { handler: () => (begun++, new Promise(() => undefined)) },
    });
    for (let number = 1; number <= 50; number++) {
      call(number, 'stuck');
      await turns();
    }
    await until(() => settled.length === 50);
    expect(begun).toBe(8);
    expect(textOf(50)).toMatch(/"error":"limit"/u);
  });

  it('has at most four confirmations by a person open at once', async () => {
    let asked = 0;
    const { call, settled } = stage({ act: { confirm: 'ask', handler: () => 1 } }, {}, () => {
      asked++;
      return new Promise(() => undefined);
    });
    for (let number = 1; number <= 50; number++) {
      call(number, 'act');
      await turns();
    }
    await until(() => settled.length === 50);
    expect(asked).toBe(8);
  });

  it('leaves the time of the run as it is while a person is asked, where that is wanted', async () => {
    const said = deferred<boolean>();
    const functions: HostFunctions = {
      free: { handler: () => 1 },
      asked: { confirm: 'ask', handler: () => 2 },
      denied: { confirm: 'deny', handler: () => 3 },
    };
    const paused = stage(functions, {}, () => said.promise, true);
    paused.call(1, 'free');
    paused.call(2, 'denied');
    paused.call(3, 'asked');
    await until(() => paused.time.length === 1);
    expect(paused.time).toEqual(['stands still']);
    said.resolve(true);
    await until(() => paused.settled.length === 3);
    expect(paused.time).toEqual(['stands still', 'goes on']);
    const counting = stage(functions, {}, () => true);
    counting.call(1, 'asked');
    await until(() => counting.settled.length === 1);
    expect(counting.time).toEqual([]);
    const failing = stage(functions, {}, () => Promise.reject(new Error('gone')), true);
    failing.call(1, 'asked');
    await until(() => failing.settled.length === 1);
    expect(failing.time).toEqual(['stands still', 'goes on']);
  });

  it('is not made when the decision comes after the run has ended', async () => {
    const decision = deferred<boolean>();
    let called = false;
    const { answers, call, dialog, settled } = stage(
      { act: { confirm: 'ask', handler: () => (called = true) } },
      {},
      () => decision.promise,
    );
    call(1, 'act');
    await turns();
    dialog.end();
    decision.resolve(true);
    await turns(32);
    expect([called, answers, outcomes(settled)]).toEqual([false, [], ['abandoned']]);
  });

  it.each([undefined, 'yes', 1, {}, 'allow'])(
    'is not let through by %j in the place of a yes',
    async (said) => {
      const { call, settled } = stage(
        { act: { confirm: 'ask', handler: () => 1 } },
        {},
        (() => said) as unknown as ConfirmCall,
      );
      call(1, 'act');
      await until(() => settled.length === 1);
      expect(outcomes(settled)).toEqual(['denied']);
    },
  );
});

describe('what a handler throws', () => {
  const trapped = (): never => {
    throw new Error('from a trap');
  };
  it.each<[string, unknown, string]>([
    ['an error', new Error('the words'), 'the words'],
    ['an error without a message', new Error(), 'it failed'],
    ['a text', 'the words', 'the words'],
    ['an empty text', '', 'it failed'],
    ['an object with a message, as errors of another realm are', { message: 'the words' }, 'the words'],
    ['nothing', undefined, 'it failed'],
    ['null', null, 'it failed'],
    ['a number', 5, 'it failed'],
    ['a symbol', Symbol('s'), 'it failed'],
    ['an error whose message is no text', Object.assign(new Error(), { message: 5 }), 'it failed'],
    [
      'an error whose message throws',
      Object.defineProperty(new Error(), 'message', { get: trapped }),
      'it failed',
    ],
    ['an error that throws when it is touched', new Proxy(new Error(), { get: trapped }), 'it failed'],
    [
      'an object of which nothing can be asked',
      new Proxy({}, { get: trapped, has: trapped, getPrototypeOf: trapped }),
      'it failed',
    ],
  ])('answers the call, and the next one is made: %s', async (_what, thrown, message) => {
    const handler = (): never => {
      throw thrown;
    };
    const { call, settled, textOf } = stage({ one: { handler }, later: { handler: async () => handler() } });
    for (const [number, name] of [
      [1, 'one'],
      [2, 'later'],
    ] as const) {
      call(number, name);
      await until(() => settled.length === number);
      expect(JSON.parse(textOf(number))).toEqual({ error: 'failed', message });
    }
    expect(outcomes(settled)).toEqual(['error', 'error']);
  });
});

class Hidden {
  #x = 1;
  shown(): { toJSON: () => object } {
    return { toJSON: () => ({ x: this.#x }) };
  }
}

describe('what a handler gives', () => {
  it.each<[string, unknown, string]>([
    ['a Map', new Map([['a', 1]]), 'a Map'],
    ['a Set among values', { a: [new Set([1])] }, 'a Set'],
    ['a generator', [1].values(), 'an Array Iterator'],
    [
      'an asynchronous generator',
      (async function* () {
        yield 1;
      })(),
      'an AsyncGenerator',
    ],
    ['a promise among values', { a: Promise.resolve(1) }, 'a promise'],
    ['an Error', new Error('given'), 'an Error'],
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('s'), 'a symbol'],
    ['a BigInt', 10n, 'BigInt'],
    ['bytes', new Uint8Array(2), 'base64'],
    ["Node's bytes", Buffer.from('ab'), 'base64'],
    ['shared bytes', { a: new SharedArrayBuffer(2) }, 'base64'],
    ['a Blob', [new Blob(['ab'])], 'base64'],
    ['a RegExp', { a: /a/u }, 'a RegExp'],
    ['a WeakMap', new WeakMap(), 'a WeakMap'],
    ['a function in a list', { a: [() => 1] }, 'a function'],
    ['a symbol in a list', [Symbol('s')], 'a symbol'],
    ['what a class keeps to itself', { a: new Hidden() }, 'a Hidden'],
    ['a Map of toJSON', { a: { toJSON: () => new Map([['b', 1]]) } }, 'a Map'],
    ['a promise of toJSON', { a: { toJSON: () => Promise.resolve(1) } }, 'a promise'],
    ['bytes of toJSON', { toJSON: () => new Uint8Array(1) }, 'base64'],
    ['an Error of toJSON', { toJSON: () => new Error('given') }, 'an Error'],
    ['a Date of toJSON', { a: { toJSON: () => new Date(0) } }, 'a Date'],
    ['a function of toJSON', { toJSON: () => () => 1 }, 'a function'],
    ['a Map in what toJSON gives', { toJSON: () => ({ a: [new Map()] }) }, 'a Map'],
    ['an Error that has a toJSON', Object.assign(new Error('given'), { toJSON: () => ({}) }), 'an Error'],
  ])('is not lost in silence: %s', async (_what, given, words) => {
    const { call, settled, textOf } = stage({ one: { handler: () => given } });
    call(1, 'one');
    await until(() => settled.length === 1);
    expect([outcomes(settled), textOf(1)]).toEqual([['error'], expect.stringContaining(words) as string]);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'null'],
    ['undefined among values', { a: undefined, b: [undefined] }, '{"b":[null]}'],
    ['no number', [Number.NaN, Infinity], '[null,null]'],
    ['a Date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['an URL', new URL('http://a/'), '"http://a/"'],
    ['a text in an object', Object('s'), '"s"'],
    ['a number and a truth value in objects', [Object(1), Object(false)], '[1,false]'],
    ['what toJSON gives', { a: new Hidden().shown(), b: { toJSON: () => undefined } }, '{"a":{"x":1}}'],
    ['undefined of toJSON', { toJSON: () => undefined }, 'null'],
    ['methods', { a: () => 1, b: 2 }, '{"b":2}'],
    ['an object that is empty', [{}, Object.create(null), vm.runInNewContext('({})')], '[{},{},{}]'],
    ['lists of another realm', vm.runInNewContext('[[1], new Date(0)]'), '[[1],"1970-01-01T00:00:00.000Z"]'],
    [
      'fields of a class',
      new (class {
        x = 1;
        #y = 2;
        also = () => this.#y;
      })(),
      '{"x":1}',
    ],
  ])('crosses as JSON has it: %s', async (_what, given, json) => {
    const { call, settled, textOf } = stage({ one: { handler: () => given } });
    call(1, 'one');
    await until(() => settled.length === 1);
    expect(textOf(1)).toBe(`{"value":${json}}`);
  });
});

describe('limits', () => {
  it('of a run hold, however the calls are made', async () => {
    let called = 0;
    const { call, settled, textOf } = stage({ one: { handler: () => ++called } }, { calls: 3 });
    for (let number = 1; number <= 5; number++) {
      call(number, 'one');
      await until(() => settled.length === number);
    }
    expect([called, outcomes(settled)]).toEqual([3, ['ok', 'ok', 'ok', 'refused', 'refused']]);
    expect(textOf(5)).toBe('{"error":"limit","message":"one run can make 3 calls, and has made them"}');
  });

  it('of size hold', async () => {
    const { call, settled, textOf } = stage(
      { echo: { input: { type: 'object', additionalProperties: true }, handler: () => 1 } },
      { argumentBytes: 100 },
    );
    call(1, 'echo', { text: 'x'.repeat(100) });
    await until(() => settled.length === 1);
    expect(textOf(1)).toMatch(/"limit".*larger than 100 bytes/u);
  });

  it('of calls per second make further calls wait: those of one second at once, then one after the other', async () => {
    const times: number[] = [];
    const { call, clock, settled } = stage(
      { one: { handler: () => times.push(clock.now()) } },
      { perSecond: 2 },
    );
    for (let number = 1; number <= 5; number++) {
      call(number, 'one');
      await until(() => settled.length === number || clock.waiting > 0);
      clock.skip();
      await until(() => settled.length === number);
    }
    expect(times).toEqual([0, 0, 500, 1000, 1500]);
  });

  it('of calls per second leave no timer behind when the run ends while a call waits', async () => {
    const { call, clock, dialog, settled } = stage({ one: { handler: () => 1 } }, { perSecond: 1 });
    call(1, 'one');
    await until(() => settled.length === 1);
    call(2, 'one');
    await until(() => clock.waiting === 1);
    dialog.end();
    expect([clock.waiting, outcomes(settled)]).toEqual([0, ['ok', 'abandoned']]);
  });
});

describe('after the end', () => {
  it('of the run, calls are refused at once', async () => {
    let called = false;
    const { answers, call, dialog, settled } = stage({ one: { handler: () => (called = true) } });
    dialog.end();
    dialog.end();
    call(1, 'one');
    dialog.sendNextPart(2);
    await turns(32);
    expect([called, settled, answers]).toEqual([false, [], [{ call: 1, kind: 'failed' }]]);
  });
});

describe('calls that are made together', () => {
  const together = (names: readonly string[]): Uint8Array =>
    utf8(JSON.stringify({ calls: names.map((name) => ({ name, arguments: {} })) }));

  it('are at work at the same time, and answered in a list when all are done', async () => {
    const waits = new Map<string, Deferred<number>>();
    const slow = (name: string): HostFunctions[string] => ({
      handler: () => {
        const wait = deferred<number>();
        waits.set(name, wait);
        return wait.promise;
      },
    });
    const { answers, dialog, settled, textOf } = stage({ one: slow('one'), two: slow('two') });
    dialog.push({ call: 1, bytes: together(['one', 'two', 'none']), last: true });
    await until(() => waits.size === 2);
    waits.get('two')?.resolve(2);
    await until(() => settled.length === 2);
    expect(answers).toEqual([]);
    waits.get('one')?.resolve(1);
    await until(() => answers.length > 0);
    expect(JSON.parse(textOf(1))).toEqual({
      answers: [{ value: 1 }, { value: 2 }, { error: 'invalid', message: expect.any(String) as string }],
    });
    expect(settled.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['none', 'refused'],
      ['two', 'ok'],
      ['one', 'ok'],
    ]);
  });

  it.each([0, 5, 1000])('are none when there are %i', async (count) => {
    const { answers, dialog, settled, textOf } = stage({ one: { handler: () => 1 } }, { argumentBytes: 1e6 });
    dialog.push({ call: 1, bytes: together(Array.from({ length: count }, () => 'one')), last: true });
    await until(() => answers.length > 0);
    expect(textOf(1)).toContain('could not be read');
    expect(outcomes(settled)).toEqual(['refused']);
  });

  it('count each by itself', async () => {
    const { answers, dialog, settled } = stage({ one: { handler: () => 1 } }, { calls: 3 });
    for (const call of [1, 2]) {
      dialog.push({ call, bytes: together(['one', 'one']), last: true });
      await until(() => answers.some((answer) => answer.call === call));
    }
    expect(outcomes(settled).sort()).toEqual(['ok', 'ok', 'ok', 'refused']);
  });

  it('are asked for one at a time, and abandoned together', async () => {
    const asked: Deferred<boolean>[] = [];
    const one = { confirm: 'ask', handler: () => 1 } as const;
    const { dialog, settled } = stage({ one }, {}, () => {
      const said = deferred<boolean>();
      asked.push(said);
      return said.promise;
    });
    dialog.push({ call: 1, bytes: together(['one', 'one', 'one']), last: true });
    await until(() => asked.length === 1);
    await turns();
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(false);
    await until(() => asked.length === 2);
    dialog.end();
    asked[1]?.resolve(true);
    await turns();
    expect(asked).toHaveLength(2);
    expect(outcomes(settled)).toEqual(['denied', 'abandoned', 'abandoned']);
  });

  it('fill no record without end', async () => {
    const { answers, dialog } = stage({ one: { handler: () => 1 } });
    for (let call = 1; call <= 3000; call += 1) {
      dialog.push({ call, bytes: together(['none', 'none', 'none', 'none']), last: true });
      await until(() => answers.some((answer) => answer.call === call));
      answers.length = 0;
    }
    expect(dialog.records).toHaveLength(10_000);
  });
});
