/** Stopping: an interrupt first, which keeps the state, and harder means when that does not help. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import {
  deferred,
  finishWith,
  never,
  OUTCOME,
  stage,
  turns,
  until,
  utf8,
  type Behaviour,
  type RunHandler,
  type Stage,
} from './support.ts';

const INTERRUPTED = {
  ...OUTCOME,
  error: { type: 'KeyboardInterrupt', message: '', traceback: 'File "<run>", line 3', line: 3 },
};

/** A guest that runs until it is interrupted, and then reports. */
const interruptible = (report: unknown = INTERRUPTED): Behaviour => {
  let end = deferred();
  return {
    run: async (order, context) => {
      end = deferred();
      await end.promise;
      return finishWith(report)(order, context);
    },
    interruptRun: async () => {
      end.resolve();
      await turns(2);
      return { stopped: true };
    },
  };
};

/** Starts a run without waiting for its end. */
const begin = async (
  all: Stage,
  options: { session?: string; signal?: AbortSignal } = {},
): Promise<{ result: Promise<RunResult> }> => {
  const { signal, ...request } = options;
  const before = all.launcher.processes[0]?.called('run').length ?? 0;
  const result = all.sandbox
    .run({ code: 'x', timeoutMs: 1000, ...request }, signal === undefined ? {} : { signal })
    .then((value) => RunResult.parse(value));
  await until(() => all.launcher.processes[0]?.called('run').length === before + 1, 'the run');
  await turns(1);
  return { result };
};

const untilCalled = (all: Stage, method: string, count = 1): Promise<void> =>
  until(() => all.launcher.last.called(method).length === count, method);

describe('an interrupt that is taken', () => {
  it('keeps the session and says where the code was', async () => {
    const all = stage(interruptible());
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    expect(await result).toMatchObject({
      status: 'timeout',
      value: null,
      error: {
        type: 'Timeout',
        message: 'the code ran longer than its limit of 1 s and was interrupted',
        line: 3,
        traceback: 'File "<run>", line 3',
      },
      session: { state: 'kept' },
    });
    expect(all.launcher.last.called('interruptRun').map(({ params }) => params['limitMs'])).toEqual([500]);
    expect([all.launcher.last.called('closeInterpreter'), all.launcher.last.kills]).toEqual([[], 0]);
    expect(all.sandbox.sessions).toEqual(['s']);
  });

  it('is tried less long for a run without a session, whose interpreter is ended anyway', async () => {
    const all = stage(interruptible());
    const { result } = await begin(all);
    all.clock.advance(1000);
    expect(await result).toMatchObject({ status: 'timeout', error: { line: 3 } });
    await untilCalled(all, 'closeInterpreter');
    expect(all.launcher.last.called('interruptRun').map(({ params }) => params['limitMs'])).toEqual([250]);
  });

  it('that code turned into a value is reported as a timeout without a line or value', async () => {
    const all = stage(interruptible({ ...OUTCOME, value: { text: '1', json: 1 } }));
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    expect(await result).toMatchObject({
      status: 'timeout',
      value: null,
      error: { type: 'Timeout', line: null, traceback: '' },
      session: { state: 'kept' },
    });
  });

  it('works for a cancelled run in the same way', async () => {
    const controller = new AbortController();
    const all = stage(interruptible());
    const { result } = await begin(all, { session: 's', signal: controller.signal });
    controller.abort();
    expect(await result).toMatchObject({
      status: 'cancelled',
      error: { type: 'Cancelled', message: 'the run was cancelled and was interrupted', line: 3 },
      session: { state: 'kept' },
    });
  });

  it('that is answered by an invalid report ends the interpreter', async () => {
    const all = stage(interruptible('nonsense'));
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
    expect(all.launcher.last.kills).toBe(0);
  });
});

describe('an interrupt that does not help', () => {
  it.each<[string, Behaviour]>([
    ['is ignored', { run: never }],
    ['is refused', { run: never, interruptRun: () => Promise.reject(new RpcError('failed', 'no')) }],
    ['ended the interpreter', { run: never, interruptRun: () => ({ stopped: true }) }],
    ['is never answered', { run: never, interruptRun: never }],
  ])('because it %s ends the interpreter, not the process', async (_what, behaviour) => {
    const all = stage(behaviour);
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    await untilCalled(all, 'interruptRun');
    await turns();
    all.clock.advance(750);
    expect(await result).toMatchObject({
      status: 'timeout',
      error: {
        message:
          'the code ran longer than its limit of 1 s and did not react to an interrupt, so its interpreter was ended',
      },
      session: { state: 'lost' },
    });
    expect([all.launcher.last.called('closeInterpreter').length, all.launcher.last.kills]).toEqual([1, 0]);
    expect(all.sandbox.sessions).toEqual([]);
    expect(all.clock.waiting).toBe(3);
  });

  it('is followed by closing the interpreter, and when that hangs by ending the process, within the sum of the limits', async () => {
    const all = stage((launch) =>
      launch === 1 ? { run: never, interruptRun: never, closeInterpreter: never } : {},
    );
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    await untilCalled(all, 'interruptRun');
    all.clock.advance(750);
    await untilCalled(all, 'closeInterpreter');
    await turns();
    all.clock.advance(1000);
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    expect(all.launcher.processes[0]?.isAlive()).toBe(false);
    expect(all.events.find(({ type }) => type === 'process-ended')).toMatchObject({ cause: 'stop-failed' });
    expect((await all.sandbox.run({ code: 'x' })).status).toBe('ok');
  });

  it('gives an interpreter longer to end where other sessions would lose their state with the process', async () => {
    let close: () => void = () => undefined;
    const closing = new Promise<void>((resolve) => (close = resolve));
    const all = stage({
      run: (order, context) => (order.code === 'first' ? finishWith()(order, context) : never()),
      interruptRun: never,
      closeInterpreter: () => closing.then(() => ({})),
    });
    await all.sandbox.run({ code: 'first', session: 'other' });
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    await untilCalled(all, 'interruptRun');
    all.clock.advance(750);
    await untilCalled(all, 'closeInterpreter');
    await turns();
    all.clock.advance(4999);
    await turns();
    expect(all.launcher.last.isAlive()).toBe(true);
    close();
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    expect(all.sandbox.sessions).toEqual(['other']);
    expect(all.launcher.last.kills).toBe(0);
  });
});

describe('something that happens meanwhile', () => {
  it('a second cancel or a dispose: there is still one result', async () => {
    const controller = new AbortController();
    const all = stage({ run: never, interruptRun: never });
    const { result } = await begin(all, { session: 's', signal: controller.signal });
    all.clock.advance(1000);
    await untilCalled(all, 'interruptRun');
    controller.abort();
    await all.sandbox.dispose();
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    expect(all.events.filter(({ type }) => type === 'run-ended')).toHaveLength(1);
    expect(all.clock.waiting).toBe(0);
  });

  it('the end of the run in the moment of its limit: one result, and the session lives', async () => {
    const end = deferred();
    const slow: RunHandler = async (order, context) => {
      await end.promise;
      return finishWith()(order, context);
    };
    const all = stage({ run: slow, interruptRun: () => ({ stopped: true }) });
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    end.resolve();
    expect((await result).session.state).toBe('kept');
  });

  it('the death of the process: nobody waits for the limits', async () => {
    const all = stage((launch) => (launch === 1 ? { run: never, interruptRun: never } : {}));
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    await untilCalled(all, 'interruptRun');
    all.launcher.last.exit(null, 'SIGKILL');
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    // It died by itself; that an interpreter was to be ended has nothing to do with it.
    expect(all.events.find(({ type }) => type === 'process-ended')).toMatchObject({
      cause: 'exited',
      detail: 'signal SIGKILL',
    });
  });

  it("a connection that breaks while the interpreter is ended: that is the cause of the process's end", async () => {
    const all = stage((launch) =>
      launch === 1 ? { run: never, interruptRun: () => ({ stopped: false }), closeInterpreter: never } : {},
    );
    const { result } = await begin(all, { session: 's' });
    all.clock.advance(1000);
    await untilCalled(all, 'closeInterpreter');
    all.launcher.last.raw.close();
    expect(await result).toMatchObject({ status: 'timeout', session: { state: 'lost' } });
    await until(() => all.events.some(({ type }) => type === 'process-ended'));
    expect(all.events.find(({ type }) => type === 'process-ended')).toMatchObject({ cause: 'exited' });
  });

  it('output after the interrupt: it is part of the result until the run has ended', async () => {
    const end = deferred();
    const talkative: RunHandler = async (order, context) => {
      await end.promise;
      await context.write({ channel: 'stdout', bytes: utf8('tidying up') });
      return finishWith()(order, context);
    };
    const all = stage({
      run: talkative,
      interruptRun: async () => {
        end.resolve();
        await turns(2);
        return { stopped: true };
      },
    });
    const { result } = await begin(all);
    all.clock.advance(1000);
    expect(await result).toMatchObject({ status: 'timeout', stdout: 'tidying up' });
  });
});

describe('out of memory', () => {
  const MIB = 2 ** 20;
  const onFullMachine = (
    behave: Parameters<typeof stage>[0],
    config: Parameters<typeof stage>[1] = {},
  ): Stage => stage(behave, { freeMemory: () => 0, ...config });
  /** For 256 MiB per interpreter: 1792 MiB in all. */
  const use = async (all: Stage, mib: number): Promise<void> => {
    all.launcher.last.resident = mib * MIB;
    all.clock.advance(100);
    await turns();
  };

  it('ends the run and its interpreter, names the limit, and keeps the process', async () => {
    const all = onFullMachine({ run: never });
    const { result } = await begin(all, { session: 's' });
    await use(all, 1800);
    expect(await result).toMatchObject({
      status: 'out-of-memory',
      error: { type: 'OutOfMemory', message: 'the sandbox process used 1800 MiB of 1792 MiB' },
      session: { state: 'lost' },
    });
    expect([all.launcher.last.called('interruptRun'), all.launcher.last.kills]).toEqual([[], 0]);
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
  });

  it('does not concern a run that begins after it', async () => {
    const all = onFullMachine((launch) => (launch === 1 ? { run: never } : {}));
    const { result } = await begin(all);
    await use(all, 1800);
    await result;
    all.launcher.last.resident = 100 * MIB;
    const next = await begin(all);
    all.clock.advance(500);
    await turns();
    expect(all.launcher.last.kills).toBe(0);
    await all.sandbox.dispose();
    expect((await next.result).status).toBe('cancelled');
  });

  it('by a large amount ends the process, as out of memory and not as a crash', async () => {
    const all = onFullMachine((launch) => (launch === 1 ? { run: never } : {}), {
      crashLimit: { crashes: 1, windowMs: 1000 },
    });
    const { result } = await begin(all, { session: 's' });
    await use(all, 2241);
    expect(await result).toMatchObject({ status: 'out-of-memory', session: { state: 'lost' } });
    expect(all.events.find(({ type }) => type === 'process-ended')).toMatchObject({ cause: 'out-of-memory' });
    expect((await all.sandbox.run({ code: 'x' })).status).toBe('ok');
  });

  it('ends spare interpreters before any session', async () => {
    const hang = { on: false };
    const all = onFullMachine(
      { run: (order, context) => (hang.on ? never() : finishWith()(order, context)) },
      { spares: 2 },
    );
    await all.sandbox.run({ code: 'x', session: 'a' });
    hang.on = true;
    const { result } = await begin(all, { session: 'b' });
    await use(all, 1800);
    const counts = (): unknown[] =>
      all.launcher.last.called('keepSpares').map(({ params }) => params['count']);
    await until(() => counts().length === 2);
    expect(counts()).toEqual([2, 0]);
    expect(all.sandbox.sessions).toEqual(['a', 'b']);
    all.clock.advance(500);
    expect(all.sandbox.sessions).toEqual(['b']);
    await all.sandbox.dispose();
    await result;
  });

  it('drops idle sessions first, one after the other, those used longest ago first', async () => {
    const hang = { on: false };
    const all = onFullMachine({
      run: (order, context) => (hang.on ? never() : finishWith()(order, context)),
    });
    for (const session of ['a', 'b', 'c']) await all.sandbox.run({ code: 'x', session });
    hang.on = true;
    const { result } = await begin(all, { session: 'b' });
    // Too much, but there is something idle: the run goes on.
    await use(all, 1800);
    expect(all.sandbox.sessions).toEqual(['c', 'b']);
    // What was ended does not show at once.
    await use(all, 1350);
    expect(all.sandbox.sessions).toEqual(['c', 'b']);
    all.clock.advance(500);
    expect(all.sandbox.sessions).toEqual(['b']);
    all.clock.advance(2000);
    expect(all.sandbox.sessions).toEqual(['b']);
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      { session: 'a', why: 'evicted' },
      { session: 'c', why: 'evicted' },
    ]);
    // No code is run at their end, since it would want memory.
    expect(all.launcher.last.called('run')).toHaveLength(4);
    await all.sandbox.dispose();
    expect((await result).status).toBe('cancelled');
  });

  it("depends on the machine's memory: with more of it more is allowed", async () => {
    const free = { bytes: 10 * 1024 * MIB };
    const all = stage({ run: never }, { freeMemory: () => free.bytes });
    const { result } = await begin(all, { session: 's' });
    await use(all, 6000);
    expect(all.sandbox.state.name).toBe('busy');
    // Others have taken it.
    free.bytes = 100 * MIB;
    await use(all, 6001);
    expect(await result).toMatchObject({
      status: 'out-of-memory',
      error: { message: 'the sandbox process used 6001 MiB of 5077 MiB' },
    });
  });

  it('is also a matter of writable memory, touched or not: idle sessions are dropped before that limit', async () => {
    const all = onFullMachine({});
    for (const session of ['a', 'b', 'c']) await all.sandbox.run({ code: 'x', session });
    all.launcher.last.data = 1350 * MIB;
    all.launcher.last.resident = 300 * MIB;
    all.clock.advance(2000);
    await turns();
    expect(all.sandbox.sessions).toEqual(['b', 'c']);
    expect(await all.sandbox.run({ code: 'x', session: 'a' })).toMatchObject({ session: { state: 'lost' } });
    const [order] = all.launcher.last.called('prepare').map(({ params }) => params['memoryMiB']);
    expect(order).toBe(256);
  });
});

it('leaves nothing behind at a caller’s signal, however many runs it was given to', async () => {
  const controller = new AbortController();
  const all = stage();
  for (let count = 0; count < 200; count++) {
    await all.sandbox.run({ code: 'x' }, { signal: controller.signal });
  }
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  await until(() => all.launcher.last.called('closeInterpreter').length === 200);
  await turns();
  // Idle, heartbeat, memory: three, whatever has run.
  expect(all.clock.waiting).toBe(3);
});
