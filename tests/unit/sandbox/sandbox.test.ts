import { describe, expect, it } from 'vitest';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RunResult, type RunOutput, type RunRequest } from '../../../src/shared/contract/run.ts';
import { InvalidRequestError } from '../../../src/main/run/parse-request.ts';
import type { RunOptions } from '../../../src/main/run/run-options.ts';
import {
  CHECKS,
  PREPARED,
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
  NO_BYTES,
} from './support.ts';

/** Runs and checks the result against the contract. */
const run = async (
  { sandbox }: Stage,
  request: Partial<RunRequest> = {},
  options?: RunOptions,
): Promise<RunResult> => RunResult.parse(await sandbox.run({ code: 'x', ...request }, options));

const printThenHang =
  (text: string): RunHandler =>
  async (_order, { write }) => {
    await write({ channel: 'stdout', bytes: utf8(text) });
    return never();
  };

describe('a run that ends', () => {
  it('gives the outcome and closes its interpreter', async () => {
    const outcome = { ...OUTCOME, value: { text: '2', json: 2 } };
    const all = stage({ run: finishWith(outcome, 'hello') });
    const seen: string[] = [];
    const onOutput = ({ stream, bytes }: RunOutput): void =>
      void seen.push(`${stream} ${new TextDecoder().decode(bytes)}`);
    expect(await run(all, {}, { onOutput })).toMatchObject({
      status: 'ok',
      value: { text: '2', json: 2 },
      stdout: 'hello',
      truncated: false,
      session: { state: 'reset' },
    });
    expect(seen).toEqual(['stdout hello']);
    await until(() => all.launcher.last.called('closeInterpreter').length === 1);
    expect(all.states).toEqual(['starting', 'ready', 'busy', 'ready']);
    await all.sandbox.dispose();
    await turns();
    expect(all.clock.waiting).toBe(0);
  });

  it('keeps a session, and gives others interpreters of their own', async () => {
    const all = stage();
    expect((await run(all, { session: 'a' })).session).toEqual({ id: 'a', state: 'kept' });
    await run(all, { session: 'a' });
    await run(all, { session: 'b' });
    await run(all);
    expect(all.launcher.last.called('run').map(({ params }) => params['interpreter'])).toEqual([
      'interpreter-1',
      'interpreter-1',
      'interpreter-2',
      'interpreter-3',
    ]);
  });

  it('writes large files in parts, whatever their bytes are a view of', async () => {
    const all = stage();
    const large = Buffer.alloc(40 * 1024 * 1024);
    const files = [
      { name: 'large', bytes: large.subarray(0, 9 * 1024 * 1024) },
      { name: 'empty', bytes: new Uint8Array() },
    ];
    expect((await run(all, { files })).status).toBe('ok');
    expect(
      all.launcher.last
        .called('writeFile')
        .map(({ params }) => [params['name'], (params['bytes'] as Uint8Array).length, params['append']]),
    ).toEqual([
      ['large', 4 * 1024 * 1024, false],
      ['large', 4 * 1024 * 1024, true],
      ['large', 1024 * 1024, true],
      ['empty', 0, false],
    ]);
  });

  it('says that output was cut', async () => {
    const cut: RunHandler = async (order, context) =>
      ({
        ...(await finishWith()(order, context)),
        outputCut: true,
      }) as Awaited<ReturnType<RunHandler>>;
    expect((await run(stage({ run: cut }))).truncated).toBe(true);
  });
});

describe('time', () => {
  it('ends a run, with its interpreter', async () => {
    const all = stage({ run: printThenHang('so far') });
    let told = 0;
    const running = run(
      all,
      { timeoutMs: 500, session: 's' },
      {
        onOutput: () => {
          told++;
        },
      },
    );
    await until(() => told === 1);
    all.clock.advance(500);
    expect(await running).toMatchObject({
      status: 'timeout',
      stdout: 'so far',
      truncated: false,
      session: { state: 'lost' },
    });
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
    expect(all.launcher.last.kills).toBe(0);
  });

  it('ends a run whose output is at its cap, and reports it as cut', async () => {
    const all = stage({ run: printThenHang('x'.repeat(1024)) });
    let told = 0;
    const running = run(
      all,
      {},
      {
        onOutput: () => {
          told++;
        },
      },
    );
    await until(() => told === 1);
    all.clock.advance(60_000);
    expect(await running).toMatchObject({ status: 'timeout', truncated: true });
  });

  it.each([
    ['does not answer', never],
    ['refuses', () => Promise.reject(new RpcError('failed', 'no'))],
  ])(
    'kills the process when its control thread %s',
    async (_what, closeInterpreter: () => Promise<never>) => {
      const all = stage((launch) => (launch === 1 ? { run: never, closeInterpreter } : {}));
      const running = run(all, { timeoutMs: 500 });
      await until(() => all.launcher.processes[0]?.called('run').length === 1);
      await turns();
      all.clock.advance(500);
      await until(() => all.launcher.last.called('closeInterpreter').length === 1);
      await turns();
      all.clock.advance(1000);
      expect(await running).toMatchObject({ status: 'timeout' });
      expect(all.launcher.last.kills).toBeGreaterThan(0);
      expect((await run(all)).status).toBe('ok');
    },
  );

  it.each(['prepare', 'openInterpreter', 'writeFile'])(
    'ends a start in which %s is never answered',
    async (method) => {
      const all = stage((launch) => (launch === 1 ? { [method]: never } : {}));
      const running = run(all, { files: [{ name: 'a', bytes: utf8('a') }] });
      await until(() => all.launcher.processes[0]?.called(method).length === 1);
      all.clock.advance(60_000);
      expect(await running).toMatchObject({
        status: 'setup-failed',
        error: { message: expect.stringMatching(/was not ready within 60 s/u) as string },
      });
      expect(all.launcher.last.kills).toBeGreaterThan(0);
      expect((await run(all)).status).toBe('ok');
    },
  );
});

describe('cancelling', () => {
  it('a queued run is over at once', async () => {
    const all = stage({ run: never });
    const controller = new AbortController();
    void run(all, { session: 's' });
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    const queued = run(all, { session: 's' }, { signal: controller.signal });
    await turns();
    controller.abort();
    expect(await queued).toMatchObject({ status: 'cancelled', session: { state: 'kept' } });
    expect(all.launcher.last.called('run')).toHaveLength(1);
  });

  it.each([
    ['starting', 'prepare'],
    ['opening', 'openInterpreter'],
    ['writing files', 'writeFile'],
    ['running', 'run'],
  ])('while %s', async (_stage, method) => {
    const gate = deferred();
    const behaviour: Behaviour = {
      [method]: async () => {
        await gate.promise;
        if (method === 'prepare') return PREPARED;
        return method === 'writeFile' ? {} : CHECKS;
      },
    };
    const all = stage(behaviour);
    const controller = new AbortController();
    const running = run(all, { files: [{ name: 'a', bytes: utf8('a') }] }, { signal: controller.signal });
    await until(() => all.launcher.processes[0]?.called(method).length === 1);
    controller.abort();
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(all.launcher.last.called('run')).toHaveLength(method === 'run' ? 1 : 0);
    gate.resolve();
    // Nobody wants this interpreter any more.
    await until(() => all.launcher.last.called('closeInterpreter').length === 1);
  });

  it('while the files of a session that lives are written leaves the session alive', async () => {
    const gate = deferred();
    const all = stage({
      writeFile: async () => {
        await gate.promise;
        return {};
      },
    });
    await run(all, { session: 's' });
    const controller = new AbortController();
    const files = ['a', 'b'].map((name) => ({ name, bytes: utf8(name) }));
    const running = run(all, { session: 's', files }, { signal: controller.signal });
    await until(() => all.launcher.last.called('writeFile').length === 1);
    controller.abort();
    expect(await running).toMatchObject({ status: 'cancelled', session: { state: 'kept' } });
    gate.resolve();
    expect((await run(all, { session: 's' })).session.state).toBe('kept');
    expect(all.launcher.last.called('openInterpreter')).toHaveLength(1);
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(0);
    expect(all.launcher.last.called('writeFile')).toHaveLength(1);
  });

  it('while a session opens does not take the next run its interpreter away', async () => {
    const gate = deferred();
    const all = stage({
      openInterpreter: async ({ id }) => {
        if (id === 'interpreter-1') await gate.promise;
        return CHECKS;
      },
    });
    const controller = new AbortController();
    const first = run(all, { session: 's' }, { signal: controller.signal });
    await until(() => all.launcher.processes[0]?.called('openInterpreter').length === 1);
    controller.abort();
    await first;
    await run(all, { session: 's' });
    gate.resolve();
    await until(() => all.launcher.last.called('closeInterpreter').length === 1);
    expect(all.launcher.last.called('closeInterpreter')[0]?.params).toEqual({ id: 'interpreter-1' });
    await run(all, { session: 's' });
    expect(all.launcher.last.called('openInterpreter')).toHaveLength(2);
  });
});

describe('failing to start', () => {
  it.each([
    [
      'its self-check',
      { prepare: () => ({ checks: [{ name: 'eval off', layer: null, holds: false }], layers: [] }) },
      /eval off/u,
    ],
    [
      'a self-check of the worker',
      { openInterpreter: () => ({ checks: [{ name: 'frozen', layer: null, holds: false }] }) },
      /frozen/u,
    ],
    ['its assets', { prepare: () => Promise.reject(new RpcError('failed', 'damaged')) }, /damaged/u],
    ['the schema', { prepare: () => ({ checks: 'fine' }) as never }, /not valid|the handler failed/u],
  ])('at %s: no code runs', async (_what, behaviour: Behaviour, message) => {
    const all = stage(behaviour);
    expect(await run(all)).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringMatching(message) as string },
    });
    expect(all.launcher.last.called('run')).toEqual([]);
  });

  it('because the assets can not be read', async () => {
    const all = stage({}, { loadAssets: () => Promise.reject(new Error('x.wasm is damaged')) });
    expect(await run(all)).toMatchObject({ status: 'setup-failed', error: { message: 'x.wasm is damaged' } });
    expect([all.launcher.last.kills, all.sandbox.state.name]).toEqual([1, 'stopped']);
  });

  it('at a file closes the interpreter that nobody will use', async () => {
    const all = stage({ writeFile: () => Promise.reject(new RpcError('failed', 'no space')) });
    const files = [{ name: 'a', bytes: utf8('a') }];
    expect(await run(all, { files })).toMatchObject({
      status: 'setup-failed',
      error: { message: 'its files could not be written; the interpreter says: no space' },
    });
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
  });

  it('at a file leaves a session alone', async () => {
    const all = stage({ writeFile: () => Promise.reject(new RpcError('failed', 'no space')) });
    await run(all, { session: 's' });
    const result = await run(all, { session: 's', files: [{ name: 'a', bytes: utf8('a') }] });
    expect(result).toMatchObject({ status: 'setup-failed', session: { state: 'kept' } });
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(0);
  });
});

describe('dying', () => {
  it.each([
    [0, null, /exit code 0/u],
    [null, 'SIGSEGV', /signal SIGSEGV/u],
  ])('with code %s, signal %s in the middle of a run', async (code, signal, message) => {
    const all = stage((launch) => (launch === 1 ? { run: never } : {}));
    const running = run(all, { session: 's' });
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    all.launcher.last.exit(code, signal);
    expect(await running).toMatchObject({
      status: 'crashed',
      error: { message: expect.stringMatching(message) as string },
      session: { state: 'lost' },
    });
    expect(await run(all, { session: 's' })).toMatchObject({ status: 'ok' });
    expect(all.states).toEqual([
      'starting',
      'ready',
      'busy',
      'stopping',
      'stopped',
      'starting',
      'ready',
      'busy',
      'ready',
    ]);
  });

  it.each([
    ['fatal', 'crashed', /Python interpreter ended: d/u],
    ['exited', 'crashed', /Python interpreter ended: d/u],
    ['closed', 'crashed', /Python interpreter ended: d/u],
    ['out-of-memory', 'out-of-memory', /^d$/u],
    ['misbehaved', 'crashed', /misbehaved and was ended: d/u],
  ] as const)('of the interpreter: %s', async (cause, status, message) => {
    const all = stage({ run: () => ({ kind: 'died', cause, detail: 'd', stack: 's' }) });
    expect(await run(all, { session: 's' })).toMatchObject({
      status,
      error: { message: expect.stringMatching(message) as string },
      session: { state: 'lost' },
    });
    expect([all.launcher.last.called('closeInterpreter').length, all.launcher.last.kills]).toEqual([1, 0]);
  });
});

describe('a hostile sidecar', () => {
  const hostile = async (
    attack: (all: Stage) => void,
    request: Partial<RunRequest> = {},
  ): Promise<[RunResult, Stage]> => {
    const all = stage((launch) => (launch === 1 ? { run: never } : {}));
    const running = run(all, request);
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    attack(all);
    return [await running, all];
  };
  const piece = (channel: string, bytes: unknown): Record<string, unknown> => ({
    kind: 'item',
    item: { channel, bytes },
  });

  it.each<[string, (all: Stage) => void]>([
    ['garbage', ({ launcher }) => launcher.last.raw.postMessage('garbage')],
    ['a huge message', ({ launcher }) => launcher.last.say('run', piece('stdout', new Uint8Array(200_000)))],
    [
      'more output than the cap',
      ({ launcher }) => launcher.last.say('run', piece('stdout', new Uint8Array(1025))),
    ],
    ['an unknown channel', ({ launcher }) => launcher.last.say('run', piece('stdin', new Uint8Array(1)))],
    ['text for bytes', ({ launcher }) => launcher.last.say('run', piece('stdout', 'text'))],
    [
      'an answer of the wrong form',
      ({ launcher }) => launcher.last.say('run', { kind: 'answer', result: { kind: 'ok' } }),
    ],
    [
      'an answer to nothing',
      ({ launcher }) => launcher.last.raw.postMessage({ kind: 'answer', id: 99, result: {} }),
    ],
    ['a request', ({ launcher }) => launcher.last.raw.postMessage({ kind: 'item', id: 0.5, item: 1 })],
    [
      'an outcome over its cap',
      ({ launcher }) => {
        for (let count = 0; count < 80; count++)
          launcher.last.say('run', piece('outcome', new Uint8Array(60_000)));
      },
    ],
    [
      'a failure with a text of its own',
      ({ launcher }) => launcher.last.say('run', { kind: 'failure', code: 'closed', message: 'lies' }),
    ],
  ])('is ended for %s, and the next run is fine', async (_what, attack) => {
    const [result, all] = await hostile(attack);
    expect(result).toMatchObject({
      status: 'crashed',
      error: { message: expect.stringMatching(/misbehaved/u) as string },
    });
    expect(all.launcher.processes[0]?.kills).toBeGreaterThan(0);
    expect((await run(all)).status).toBe('ok');
  });

  it('loses only the interpreter for a report that is none: its guest may have spoilt it', async () => {
    const [result, all] = await hostile(({ launcher }) =>
      launcher.last.say('run', {
        kind: 'answer',
        result: { kind: 'finished', outputCut: false, outcome: NO_BYTES },
      }),
    );
    expect(result).toMatchObject({
      status: 'crashed',
      error: { message: expect.stringMatching(/misbehaved/u) as string },
    });
    expect(all.launcher.last.called('closeInterpreter')).toHaveLength(1);
    expect(all.launcher.last.kills).toBe(0);
  });

  it('without any self-check is not trusted', async () => {
    const all = stage({ prepare: () => ({ checks: [], layers: [] }) });
    expect(await run(all)).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringMatching(/made no self-check/u) as string },
    });
  });

  it('that answers twice, or sends more after its answer, is ignored', async () => {
    const told: string[] = [];
    const all = stage((launch) => (launch === 1 ? { run: never } : {}));
    const running = all.sandbox.run(
      { code: 'x', session: 's' },
      { onOutput: ({ bytes }) => void told.push(String(bytes)) },
    );
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    const { last } = all.launcher;
    last.say('run', piece('outcome', utf8(JSON.stringify(OUTCOME))));
    for (let count = 0; count < 3; count++) {
      last.say('run', { kind: 'answer', result: { kind: 'finished', outputCut: false, outcome: NO_BYTES } });
    }
    for (let count = 0; count < 500; count++) last.say('run', piece('stdout', new Uint8Array(1000)));
    expect((await running).status).toBe('ok');
    await turns();
    expect(told).toEqual([]);
  });

  it('that floods after a run was stopped is ignored', async () => {
    const told: number[] = [];
    const all = stage({ run: never });
    const running = all.sandbox.run({ code: 'x', timeoutMs: 100 }, { onOutput: () => void told.push(1) });
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    await turns();
    all.clock.advance(100);
    const result = await running;
    for (let count = 0; count < 50; count++)
      all.launcher.last.say('run', piece('stdout', new Uint8Array(10)));
    await turns();
    expect([result.status, told]).toEqual(['timeout', []]);
  });

  it('that speaks before it is prepared fails the set-up', async () => {
    const all = stage({ prepare: never });
    const running = run(all);
    await until(() => all.launcher.processes[0]?.called('prepare').length === 1);
    all.launcher.last.raw.postMessage({ kind: 'event', name: '__proto__', payload: 1 });
    expect(await running).toMatchObject({
      status: 'setup-failed',
      error: { message: expect.stringMatching(/protocol violation/u) as string },
    });
  });
});

describe('requests', () => {
  it.each([
    {},
    { code: 1 },
    { code: 'x', extra: 1 },
    { code: 'x', timeoutMs: 1 },
    { code: 'x', session: '' },
    { code: 'x', files: [{ name: '../x', bytes: new Uint8Array() }] },
  ])('that break the contract are refused: %j', async (request) => {
    const all = stage();
    await expect(all.sandbox.run(request as RunRequest)).rejects.toThrow(InvalidRequestError);
    expect(all.launcher.launches).toBe(0);
  });
});

describe('dispose', () => {
  it('cancels runs under way, ends the process, and starts nothing again', async () => {
    const all = stage({ run: never });
    const running = run(all);
    await until(() => all.launcher.processes[0]?.called('run').length === 1);
    await all.sandbox.dispose();
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect([all.sandbox.state.name, all.sandbox.pid]).toEqual(['stopped', null]);
    expect(await run(all)).toMatchObject({
      status: 'setup-failed',
      error: { message: 'the sandbox was disposed of' },
    });
    await all.sandbox.dispose();
    expect(all.launcher.launches).toBe(1);
  });

  it('while the process is still starting leaves no process behind', async () => {
    const launch = deferred<Behaviour>();
    const all = stage(() => launch.promise);
    const running = run(all);
    await turns();
    const disposing = all.sandbox.dispose();
    launch.resolve({});
    await disposing;
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(all.launcher.last.kills).toBeGreaterThan(0);
  });
});

describe('listeners', () => {
  it('get one chunk at a time, and the result comes after the last one', async () => {
    const gate = deferred();
    const all = stage({ run: finishWith(OUTCOME, 'x') });
    let settled = false;
    const running = run(all, {}, { onOutput: () => gate.promise }).finally(() => (settled = true));
    await until(() => all.launcher.processes[0]?.called('closeInterpreter').length === 1);
    await turns();
    expect(settled).toBe(false);
    gate.resolve();
    expect((await running).status).toBe('ok');
  });

  it('that stall do not delay a cancel', async () => {
    const controller = new AbortController();
    const all = stage({ run: finishWith(OUTCOME, 'x') });
    const running = run(all, {}, { onOutput: never, signal: controller.signal });
    await until(() => all.launcher.processes[0]?.called('closeInterpreter').length === 1);
    await turns();
    controller.abort();
    expect((await running).status).toBe('ok');
  });

  it('may throw, as may the listener for states', async () => {
    const fail = (): never => {
      throw new Error('careless');
    };
    const all = stage({ run: finishWith(OUTCOME, 'x') }, { onEvent: fail });
    expect(await run(all, {}, { onOutput: fail })).toMatchObject({ status: 'ok', stdout: 'x' });
  });
});
