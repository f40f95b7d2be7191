/** What becomes of a session's state, and that the results and events say so. */
import { LIMITS } from '../../../src/shared/limits.ts';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import { RunOrder } from '../../../src/shared/protocol/interpreter.ts';
import { CHECKS, deferred, finishWith, never, OUTCOME, stage, turns, until, type Stage } from './support.ts';

const run = async ({ sandbox }: Stage, session?: string): Promise<RunResult> =>
  RunResult.parse(await sandbox.run({ code: 'x', ...(session === undefined ? {} : { session }) }));

const stateOf = async (all: Stage, session: string): Promise<string> =>
  (await run(all, session)).session.state;

const closed = (all: Stage): unknown[] =>
  all.launcher.last.called('closeInterpreter').map(({ params }) => params['id']);

describe('room for sessions', () => {
  it('is made by dropping the one used longest ago; its next run says that it was lost, once', async () => {
    const all = stage();
    for (let index = 1; index <= LIMITS.sessions; index++) await run(all, `s${index}`);
    await run(all, 's1');
    expect(await stateOf(all, 'new')).toBe('kept');
    expect(all.sandbox.sessions).toHaveLength(LIMITS.sessions);
    expect(all.sandbox.sessions).not.toContain('s2');
    await until(() => closed(all).length === 1);
    expect(closed(all)).toEqual(['interpreter-2']);
    expect(await stateOf(all, 's2')).toBe('lost');
    expect(await stateOf(all, 's2')).toBe('kept');
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      { session: 's2', why: 'evicted' },
      { session: 's3', why: 'evicted' },
    ]);
  });

  it('is made by one that comes to its end as a program does; what it prints then is told with its end', async () => {
    const ending = finishWith(OUTCOME, 'bye\n');
    const all = stage({
      run: (order, context) =>
        (RunOrder.loose().parse(order).facts?.endSeconds === undefined ? finishWith() : ending)(
          order,
          context,
        ),
    });
    for (let index = 0; index <= LIMITS.sessions; index++) await run(all, `s${index}`);
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      { session: 's0', why: 'evicted', printed: 'bye\n' },
    ]);
    expect(await stateOf(all, 's0')).toBe('lost');
  });

  it('is made at once by one whose end is ended itself after some seconds', async () => {
    const all = stage({
      run: (order, context) =>
        RunOrder.loose().parse(order).facts?.endSeconds === undefined
          ? finishWith()(order, context)
          : never(),
    });
    for (let index = 0; index < LIMITS.sessions; index++) await run(all, `s${index}`);
    const late = run(all, 'new');
    await until(() => all.launcher.last.called('run').length === LIMITS.sessions + 1);
    for (let second = 0; second < 3; second++) {
      all.clock.advance(1000);
      await turns();
    }
    expect((await late).status).toBe('ok');
    expect(all.sandbox.sessions).not.toContain('s0');
    expect(all.events.find(({ type }) => type === 'session-ended')).toMatchObject({
      session: 's0',
      why: 'evicted',
    });
  });

  it('is made without further ado once the run that needs it is cancelled', async () => {
    const all = stage({
      run: (order, context) =>
        RunOrder.loose().parse(order).facts?.endSeconds === undefined
          ? finishWith()(order, context)
          : never(),
    });
    for (let index = 0; index < LIMITS.sessions; index++) await run(all, `s${index}`);
    const stop = new AbortController();
    const late = all.sandbox.run({ code: 'x', session: 'new' }, { signal: stop.signal });
    await until(() => all.launcher.last.called('run').length === LIMITS.sessions + 1);
    stop.abort();
    expect((await late).status).toBe('cancelled');
    // No more than what any stopped run is given before its interpreter is ended.
    all.clock.advance(1000);
    await until(() => !all.sandbox.sessions.includes('s0'));
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      { session: 's0', why: 'evicted' },
    ]);
  });

  it('can not be made while all are in use: the run waits its turn, and nothing warns of listeners', async () => {
    const gate = deferred();
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const all = stage({
      run: async (order, context) => {
        await gate.promise;
        return finishWith()(order, context);
      },
    });
    const others = Array.from({ length: LIMITS.sessions }, (_, index) => run(all, `s${index}`));
    await until(() => all.launcher.processes[0]?.called('run').length === LIMITS.sessions);
    const late = run(all, 'one-too-many');
    await turns();
    gate.resolve();
    expect((await Promise.all(others)).every(({ status }) => status === 'ok')).toBe(true);
    expect((await late).status).toBe('ok');
    expect(warnings).toEqual([]);
  });

  it('is refused once the process is ended for an interpreter that can not be closed', async () => {
    const all = stage((launch) => (launch === 1 ? { closeInterpreter: never } : {}));
    await run(all, 'a');
    expect(await all.sandbox.reset('a')).toBe(true);
    await until(() => all.launcher.last.called('closeInterpreter').length === 1);
    await turns();
    all.clock.advance(10_000);
    await until(() => all.launcher.processes[0]?.isAlive() === false);
    expect(all.events.find(({ type }) => type === 'process-ended')).toMatchObject({ cause: 'stop-failed' });
  });
});

describe('reset', () => {
  it('ends the interpreter; the next run has a new one, and is not told of a loss', async () => {
    const all = stage();
    await run(all, 'a');
    await run(all, 'b');
    expect([await all.sandbox.reset('a'), await all.sandbox.reset('a')]).toEqual([true, false]);
    expect([await all.sandbox.reset('never seen'), all.sandbox.sessions]).toEqual([false, ['b']]);
    await until(() => closed(all).length === 1);
    expect(await stateOf(all, 'a')).toBe('kept');
    expect(all.launcher.last.called('run').map(({ params }) => params['interpreter'])).toEqual([
      ...['interpreter-1', 'interpreter-2', 'interpreter-1', 'interpreter-3'],
    ]);
  });

  it('has the interpreter end its program first; so does what is dropped to make room for another session', async () => {
    const all = stage();
    const ends = (): [string, number | undefined][] =>
      all.launcher.last.called('run').map(({ params }) => {
        const { code, facts } = RunOrder.loose().parse(params);
        return [code, facts?.endSeconds];
      });
    await run(all, 'a');
    await all.sandbox.reset('a');
    expect(ends().slice(1)).toEqual([['', 3]]);
    for (let index = 0; index <= LIMITS.sessions; index++) await run(all, `s${String(index)}`);
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      ...[{ why: 'reset' }, { why: 'evicted' }],
    ]);
    // Of an eviction a run waits for the end.
    expect(ends().flatMap(([, seconds]) => seconds ?? [])).toEqual([3, 1]);
  });

  it('is done within 6 s, whatever the program does at its end', async () => {
    const hang = { on: false };
    const all = stage({ run: (order, context) => (hang.on ? never() : finishWith()(order, context)) });
    await run(all, 'a');
    hang.on = true;
    const ended = all.sandbox.endSession('a');
    await until(() => all.launcher.last.called('run').length === 2);
    for (let seconds = 0; seconds < 6; seconds++) {
      all.clock.advance(1000);
      await turns();
    }
    expect(await ended).toMatchObject({ had: true, end: { status: 'timeout' } });
    hang.on = false;
    expect(await stateOf(all, 'a')).toBe('kept');
  });

  it('forgets the state also when the caller has given up before its turn', async () => {
    const gate = deferred();
    const all = stage({
      run: async (order, context) => {
        await gate.promise;
        return finishWith()(order, context);
      },
    });
    const first = run(all, 'a');
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    const stop = new AbortController();
    const ended = all.sandbox.endSession('a', { signal: stop.signal });
    stop.abort();
    gate.resolve();
    await first;
    expect(await ended).toMatchObject({ had: true, end: { status: 'cancelled' } });
    expect(all.sandbox.sessions).toEqual([]);
    expect(await stateOf(all, 'a')).toBe('kept');
    expect(all.launcher.last.called('openInterpreter')).toHaveLength(2);
  });

  it('tells nobody of a run', async () => {
    const all = stage();
    await run(all, 'a');
    const before = all.events.filter(({ type }) => type.startsWith('run-')).length;
    await all.sandbox.reset('a');
    expect(all.events.filter(({ type }) => type.startsWith('run-'))).toHaveLength(before);
  });

  it('waits for the run under way, which it does not disturb, and comes before the next', async () => {
    const gate = deferred();
    const all = stage({
      run: async (order, context) => {
        await gate.promise;
        return finishWith()(order, context);
      },
    });
    const first = run(all, 'a');
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    const reset = all.sandbox.reset('a');
    const next = run(all, 'a');
    gate.resolve();
    expect([(await first).session.state, await reset, (await next).session.state]).toEqual([
      ...['kept', true, 'kept'],
    ]);
    expect(all.launcher.last.called('openInterpreter')).toHaveLength(2);
  });

  it('of a session whose state was lost already also forgets that loss', async () => {
    const all = stage();
    await run(all, 'a');
    all.launcher.last.exit(1);
    await until(() => all.sandbox.sessions.length === 0);
    expect(await all.sandbox.reset('a')).toBe(true);
    expect(await stateOf(all, 'a')).toBe('kept');
  });
});

describe('state is lost, and the next run says so,', () => {
  it('by the death of the process between two runs', async () => {
    const all = stage();
    await run(all, 'a');
    await run(all, 'b');
    all.launcher.last.exit(null, 'SIGKILL');
    await until(() => all.sandbox.sessions.length === 0);
    expect([await stateOf(all, 'a'), await stateOf(all, 'a'), await stateOf(all, 'b')]).toEqual([
      ...['lost', 'kept', 'lost'],
    ]);
  });

  it('by idleness', async () => {
    const all = stage({}, { idleMs: 3000 });
    await run(all, 'a');
    all.clock.advance(3000);
    await until(() => all.sandbox.pid === null);
    expect(all.events.filter(({ type }) => type === 'session-ended')).toMatchObject([
      { session: 'a', why: 'idle' },
    ]);
    expect([all.sandbox.sessions, await stateOf(all, 'a')]).toEqual([[], 'lost']);
  });

  it('by a restart', async () => {
    const all = stage();
    await run(all, 'a');
    await all.sandbox.restart();
    expect(await stateOf(all, 'a')).toBe('lost');
  });

  it('by a process whose end takes long, while a standby process has taken over', async () => {
    const all = stage((launch) => (launch === 1 ? { mortal: false, ping: never } : {}), { standby: true });
    await run(all, 'a');
    await until(() => all.sandbox.standby.ready);
    all.clock.advance(5000);
    await turns();
    all.clock.advance(5000);
    all.clock.advance(10_000);
    expect([all.sandbox.pid, all.launcher.processes[0]?.isAlive()]).toEqual([1002, true]);
    expect([await stateOf(all, 'a'), await stateOf(all, 'a')]).toEqual(['lost', 'kept']);
  });

  it('by files that could not be written since its interpreter is gone', async () => {
    const all = stage({ writeFile: () => Promise.reject(new Error('gone')) });
    await run(all, 'a');
    const files = [{ name: 'f', bytes: new Uint8Array(1) }];
    expect(await all.sandbox.run({ code: 'x', session: 'a', files })).toMatchObject({
      status: 'setup-failed',
      session: { state: 'lost' },
    });
  });

  it('by a session that no longer answers, and only by that session', async () => {
    const all = stage({ writeFile: never });
    await run(all, 'a');
    await run(all, 'b');
    const files = [{ name: 'f', bytes: new Uint8Array(1) }];
    const running = all.sandbox.run({ code: 'x', session: 'a', files });
    await until(() => all.launcher.last.called('writeFile').length === 1);
    for (let second = 0; second < 60; second++) {
      all.clock.advance(1000);
      await turns(2);
    }
    expect(await running).toMatchObject({ status: 'setup-failed', session: { state: 'lost' } });
    expect([all.launcher.last.kills, all.sandbox.sessions]).toEqual([0, ['b']]);
  });
});

describe('a start whose process died', () => {
  it.each(['prepare', 'openInterpreter', 'writeFile'])(
    'at %s is tried again without a word to the caller',
    async (method) => {
      const all = stage((launch) => (launch === 1 ? { [method]: never } : {}));
      const files = [{ name: 'f', bytes: new Uint8Array(1) }];
      const running = all.sandbox.run({ code: 'x', files });
      await until(() => all.launcher.processes[0]?.called(method).length === 1);
      all.launcher.last.exit(null, 'SIGKILL');
      expect(await running).toMatchObject({ status: 'ok', error: null });
      expect(all.launcher.launches).toBe(2);
      // Its own reason, not that of what followed from it.
      expect(all.events.filter(({ type }) => type === 'process-ended')).toMatchObject([
        { pid: 1001, cause: 'exited', detail: expect.stringMatching(/SIGKILL|ended/u) as string },
      ]);
    },
  );

  it('three times fails the run with the reason', async () => {
    const all = stage(() => ({ prepare: never }), { crashLimit: { crashes: 10, windowMs: 1000 } });
    const running = run(all);
    for (let launch = 0; launch < 3; launch++) {
      await until(() => all.launcher.processes[launch]?.called('prepare').length === 1);
      all.launcher.last.exit(0);
    }
    expect(await running).toMatchObject({
      status: 'setup-failed',
      error: { message: 'the sandbox process ended while it started: exit code 0' },
    });
    expect(all.launcher.launches).toBe(3);
  });

  it('too often makes the sandbox broken: runs fail with the reason until it is restarted', async () => {
    const all = stage((launch) => (launch <= 3 ? { prepare: never } : {}));
    const running = run(all);
    for (let launch = 0; launch < 3; launch++) {
      await until(() => all.launcher.processes[launch]?.called('prepare').length === 1);
      all.launcher.last.exit(0);
    }
    expect((await running).status).toBe('setup-failed');
    await until(() => all.sandbox.state.name === 'broken');
    expect(await run(all)).toMatchObject({
      status: 'setup-failed',
      error: {
        message: expect.stringMatching(/crashed 3 times within 5 minutes and stays down until/u) as string,
      },
    });
    expect(all.launcher.launches).toBe(3);
    await all.sandbox.restart();
    expect((await run(all)).status).toBe('ok');
  });

  it('by waiting too long fails alone when that process has other interpreters', async () => {
    const all = stage({ openInterpreter: ({ id }) => (id === 'interpreter-2' ? never() : CHECKS) });
    await run(all, 'lives');
    const late = run(all, 'late');
    await until(() => all.launcher.last.called('openInterpreter').length === 2);
    for (let second = 0; second < 60; second++) {
      all.clock.advance(1000);
      await turns(2);
    }
    expect(await late).toMatchObject({ status: 'setup-failed', session: { state: 'reset' } });
    expect([all.launcher.last.kills, await stateOf(all, 'lives')]).toEqual([0, 'kept']);
  });

  it('by hanging ends that process once, whoever waits for it', async () => {
    const all = stage((launch) => (launch === 1 ? { openInterpreter: never } : {}), { standby: true });
    const runs = [run(all), run(all), run(all)];
    await until(() => all.launcher.processes[0]?.called('openInterpreter').length === 3);
    for (let second = 0; second < 60; second++) {
      all.clock.advance(1000);
      await turns(2);
    }
    for (const result of await Promise.all(runs)) expect(result.status).toBe('setup-failed');
    expect(all.events.filter(({ type }) => type === 'process-ended')).toMatchObject([
      { pid: 1001, cause: 'start-failed' },
    ]);
    expect((await run(all)).status).toBe('ok');
  });
});

describe('events', () => {
  it('keep their contract, come in order, and each run ends exactly once', async () => {
    const all = stage((launch) => (launch === 1 ? {} : { run: never }), { idleMs: 60_000 });
    await run(all, 'a');
    await run(all);
    all.launcher.last.exit(1);
    await until(() => all.sandbox.state.name === 'stopped');
    const controller = new AbortController();
    const cancelled = all.sandbox.run({ code: 'x', session: 'a' }, { signal: controller.signal });
    await until(() => all.launcher.last.called('run').length === 1 && all.launcher.launches === 2);
    controller.abort();
    await turns();
    all.clock.advance(750);
    await cancelled;
    await expect(all.sandbox.run({ code: 1 } as never)).rejects.toThrow();
    await all.sandbox.dispose();
    expect((await run(all)).status).toBe('setup-failed');
    for (const event of all.events) SandboxEvent.parse(event);
    const told = all.events
      .filter(({ type }) => type !== 'state' && type !== 'memory')
      .map((event) => ('run' in event ? `${event.type} ${event.run}` : event.type));
    expect(told).toEqual([
      ...['process-started', 'run-began 1', 'run-ended 1', 'run-began 2', 'run-ended 2'],
      ...['session-ended', 'process-ended', 'process-started', 'run-began 3', 'session-ended'],
      ...['run-ended 3', 'process-ended', 'run-ended 4'],
    ]);
  });
});
