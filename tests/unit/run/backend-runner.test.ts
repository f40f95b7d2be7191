/** The runner over a backend of a few lines: no process, no interpreter. */
import { describe, expect, it } from 'vitest';
import type { RunDisplay, RunOutput, SessionState } from '../../../src/shared/contract/run.ts';
import type { GuestOutcome } from '../../../src/shared/protocol/guest-report.ts';
import type { FunctionAnswer, InputAnswer } from '../../../src/shared/protocol/blocking-calls.ts';
import type { RunEnd, RunPiece } from '../../../src/shared/protocol/interpreter.ts';
import type {
  Backend,
  FontRequest,
  Interpreter,
  Opening,
  RunProgress,
} from '../../../src/main/run/backend.ts';
import { BackendRunner, type EndedRunReport } from '../../../src/main/run/backend-runner.ts';
import { InvalidRequestError } from '../../../src/main/run/parse-request.ts';
import { RunQueue } from '../../../src/main/run/run-queue.ts';
import type { Verdict } from '../../../src/main/run/verdict.ts';
import { deferred, FakeClock, OUTCOME, turns, until, utf8, type Deferred } from '../sandbox/support.ts';

const INPUT_WAIT_MS = 60_000;

/** What one run's interpreter does; the test plays it. */
class FakeInterpreter implements Interpreter {
  readonly interruptMs = 500;
  readonly outOfMemory: AbortSignal;
  readonly memory = new AbortController();
  readonly ending: Deferred<RunEnd> = deferred<RunEnd>();
  readonly answers: (InputAnswer & { readonly call: number })[] = [];
  readonly answered: (FunctionAnswer & { readonly call: number })[] = [];
  readonly calls: string[] = [];
  readonly fontRequests: FontRequest[] = [];
  readonly bringing = deferred<readonly string[]>();
  explanation: string | null = null;
  lostBefore = false;
  interrupts: 'obeys' | 'ignores' = 'obeys';
  send: (piece: RunPiece) => void = () => undefined;

  constructor() {
    this.outOfMemory = this.memory.signal;
  }

  memoryExplanation(): string | null {
    return this.explanation;
  }

  begin(): { readonly lostBefore: boolean } {
    return { lostBefore: this.lostBefore };
  }

  run(_order: unknown, onPiece: (piece: RunPiece) => void): Promise<RunEnd> {
    this.calls.push('run');
    this.send = onPiece;
    return this.ending.promise;
  }

  finish(outcome: unknown = OUTCOME, outputCut = false): void {
    this.ending.resolve({ kind: 'finished', outputCut, outcome: utf8(JSON.stringify(outcome)) });
  }

  async answerFunction(call: number, answer: FunctionAnswer): Promise<void> {
    this.answered.push({ call, ...answer });
  }

  async answerInput(call: number, answer: InputAnswer): Promise<void> {
    this.answers.push({ call, ...answer });
  }

  bringFonts(request: FontRequest): Promise<readonly string[]> {
    this.fontRequests.push(request);
    return this.bringing.promise;
  }

  async interrupt(): Promise<boolean> {
    this.calls.push('interrupt');
    if (this.interrupts === 'ignores') return false;
    this.finish({ ...OUTCOME, error: INTERRUPTED });
    return true;
  }

  async terminate(): Promise<void> {
    this.calls.push('terminate');
  }

  async failed(error: unknown): Promise<Verdict> {
    this.calls.push('failed');
    return { kind: 'interpreter-died', detail: String(error), stack: '' };
  }

  advise(outcome: GuestOutcome): GuestOutcome {
    return outcome;
  }

  end(): void {
    this.calls.push('end');
  }

  async collectFiles(
    files: readonly { readonly name: string; readonly mime: string }[],
    onFile: Parameters<Interpreter['collectFiles']>[1],
  ): Promise<void> {
    for (const { name, mime } of files) await onFile({ kind: 'whole', name, mime, bytes: utf8(name) });
  }

  async release(): Promise<void> {
    this.calls.push('release');
  }
}

const INTERRUPTED = { type: 'KeyboardInterrupt', message: '', traceback: 'in line 3', line: 3 };

class FakeBackend implements Backend {
  readonly runtime = 'embedded';
  readonly opened: { readonly code: string; readonly interpreter: FakeInterpreter }[] = [];
  held = 0;
  closed = false;
  refusal: Verdict | null = null;

  hold(): () => void {
    this.held++;
    return () => this.held--;
  }

  async open(request: { readonly code: string }): Promise<Opening> {
    const preparation = { startMs: 1, packagesMs: 2, packages: ['numpy'] };
    if (this.refusal !== null) return { kind: 'refused', verdict: this.refusal, ...preparation };
    const interpreter = new FakeInterpreter();
    this.opened.push({ code: request.code, interpreter });
    return { kind: 'opened', interpreter, ...preparation };
  }

  stateAfter(session: string | undefined, { began, verdict }: RunProgress): SessionState {
    if (session === undefined || !began) return 'reset';
    return verdict.kind === 'finished' ? 'kept' : 'lost';
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** The interpreter of the run with that code, once it is under way. */
  async interpreterOf(code: string): Promise<FakeInterpreter> {
    const find = (): FakeInterpreter | undefined =>
      this.opened.find((opened) => opened.code === code && opened.interpreter.calls.includes('run'))
        ?.interpreter;
    await until(() => find() !== undefined, `the run of ${code}`);
    return find() ?? new FakeInterpreter();
  }
}

interface Stage {
  readonly backend: FakeBackend;
  readonly clock: FakeClock;
  readonly runner: BackendRunner;
  readonly began: number[];
  readonly ended: EndedRunReport[];
}

const stage = (concurrency = 4, outputBytes = 1024): Stage => {
  const backend = new FakeBackend();
  const clock = new FakeClock();
  const began: number[] = [];
  const ended: EndedRunReport[] = [];
  const runner = new BackendRunner({
    backend,
    queue: new RunQueue(concurrency),
    clock,
    outputBytes: () => outputBytes,
    inputWaitMs: () => INPUT_WAIT_MS,
    disposedDetail: 'gone',
    observer: {
      onRunBegan: (run) => began.push(run),
      onRunEnded: (_run, _session, report) => ended.push(report),
    },
  });
  return { backend, clock, runner, began, ended };
};

describe('results', () => {
  it('hold what the run printed, showed and returned, and what it took', async () => {
    const { backend, clock, ended, runner } = stage();
    const running = runner.run({ code: 'a' });
    const interpreter = await backend.interpreterOf('a');
    interpreter.send({ channel: 'stdout', bytes: utf8('out') });
    interpreter.send({ channel: 'stderr', bytes: utf8('err') });
    interpreter.send({
      channel: 'display',
      bytes: utf8('{"mime":[["text/plain","x"]],"cut":false}'),
      last: true,
    });
    clock.advance(7);
    interpreter.finish({ ...OUTCOME, value: { text: '2', json: 2 } });
    expect(await running).toEqual({
      status: 'ok',
      value: { text: '2', json: 2 },
      stdout: 'out',
      stderr: 'err',
      truncated: false,
      outputs: [{ mime: { 'text/plain': 'x' } }],
      files: [],
      error: null,
      session: { id: 'run-1', state: 'reset' },
      packages: ['numpy'],
      notices: [],
      timing: { waitMs: 0, startMs: 1, packagesMs: 2, runMs: 7 },
      runtime: 'embedded',
    });
    expect(interpreter.calls).toEqual(['run', 'end', 'release']);
    expect(ended).toEqual([{ status: 'ok', state: 'reset', runMs: 7 }]);
    expect(backend.held).toBe(0);
  });

  it('say that output was cut', async () => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    (await backend.interpreterOf('a')).finish(OUTCOME, true);
    expect(await running).toMatchObject({ status: 'ok', truncated: true });
  });

  it('of a refused run give the reason, and nothing was started', async () => {
    const { backend, began, runner } = stage();
    backend.refusal = { kind: 'setup-failed', detail: 'no Python' };
    expect(await runner.run({ code: 'a', session: 's' })).toMatchObject({
      status: 'setup-failed',
      error: { message: 'no Python' },
      session: { id: 's', state: 'reset' },
      timing: { runMs: 0, startMs: 1 },
    });
    expect(began).toEqual([]);
  });

  it('of an unreadable report are a crash of that interpreter only', async () => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    const interpreter = await backend.interpreterOf('a');
    interpreter.finish('nonsense');
    expect(await running).toMatchObject({ status: 'crashed', value: null });
    expect(interpreter.calls).toEqual(['run', 'terminate', 'end', 'release']);
  });

  it('of a lost connection follow from what the interpreter says of it', async () => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    const interpreter = await backend.interpreterOf('a');
    interpreter.ending.reject(new Error('lost'));
    expect(await running).toMatchObject({ status: 'crashed' });
    expect(interpreter.calls).toContain('failed');
  });

  it.each([
    ['memory explains it', '3 GiB', 'out-of-memory'],
    ['nothing explains it', null, 'crashed'],
  ])('of a death tell the cause when %s', async (_name, explanation, status) => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    const interpreter = await backend.interpreterOf('a');
    interpreter.explanation = explanation;
    interpreter.ending.resolve({ kind: 'died', cause: 'fatal', detail: 'd', stack: '' });
    expect((await running).status).toBe(status);
  });

  it('are not given for invalid requests, which reject', async () => {
    const { runner } = stage();
    await expect(runner.run({ code: 1 } as never)).rejects.toThrow(InvalidRequestError);
  });
});

describe('order', () => {
  it('runs of one session go one after the other, others side by side', async () => {
    const { backend, runner } = stage();
    const first = runner.run({ code: 'a', session: 's' });
    const second = runner.run({ code: 'b', session: 's' });
    const other = runner.run({ code: 'c', session: 't' });
    (await backend.interpreterOf('c')).finish();
    await other;
    expect(backend.opened.map(({ code }) => code)).not.toContain('b');
    (await backend.interpreterOf('a')).finish();
    await first;
    (await backend.interpreterOf('b')).finish();
    expect((await second).session).toEqual({ id: 's', state: 'kept' });
  });

  it('no more run at once than may, and waiting is counted apart', async () => {
    const { backend, clock, runner } = stage(1);
    const first = runner.run({ code: 'a' });
    const second = runner.run({ code: 'b' });
    const interpreter = await backend.interpreterOf('a');
    clock.advance(30);
    expect(backend.opened).toHaveLength(1);
    interpreter.finish();
    await first;
    (await backend.interpreterOf('b')).finish();
    expect((await second).timing).toMatchObject({ waitMs: 30, runMs: 0 });
  });

  it('a listener gets output in order, and the result waits for it', async () => {
    const { backend, runner } = stage();
    const gate = deferred();
    const seen: string[] = [];
    const onOutput = async ({ bytes }: RunOutput): Promise<void> => {
      await gate.promise;
      seen.push(new TextDecoder().decode(bytes));
    };
    const onDisplay = ({ mime }: RunDisplay): void => void seen.push(Object.keys(mime).join());
    const running = runner.run({ code: 'a' }, { onOutput, onDisplay });
    const interpreter = await backend.interpreterOf('a');
    interpreter.send({ channel: 'stdout', bytes: utf8('1') });
    interpreter.send({
      channel: 'display',
      bytes: utf8('{"mime":[["text/plain","x"]],"cut":false}'),
      last: true,
    });
    interpreter.send({ channel: 'stdout', bytes: utf8('2') });
    interpreter.finish();
    let settled = false;
    void running.then(() => (settled = true));
    await turns();
    expect(settled).toBe(false);
    gate.resolve();
    await running;
    expect(seen).toEqual(['1', 'text/plain', '2']);
  });
});

describe('stopping', () => {
  it('at the time limit an interrupt comes first, and the result says where the code was', async () => {
    const { backend, clock, runner } = stage();
    const running = runner.run({ code: 'a', timeoutMs: 1000 });
    const interpreter = await backend.interpreterOf('a');
    clock.advance(1000);
    expect(await running).toMatchObject({ status: 'timeout', error: { type: 'Timeout', line: 3 } });
    expect(interpreter.calls).toEqual(['run', 'interrupt', 'end', 'release']);
  });

  it('an interpreter that ignores the interrupt is terminated', async () => {
    const { backend, clock, runner } = stage();
    const running = runner.run({ code: 'a', timeoutMs: 1000 });
    const interpreter = await backend.interpreterOf('a');
    interpreter.interrupts = 'ignores';
    clock.advance(1000);
    expect(await running).toMatchObject({ status: 'timeout', error: { line: null } });
    expect(interpreter.calls).toEqual(['run', 'interrupt', 'terminate', 'end', 'release']);
  });

  it('cancelling interrupts as well', async () => {
    const { backend, runner } = stage();
    const stop = new AbortController();
    const running = runner.run({ code: 'a' }, { signal: stop.signal });
    await backend.interpreterOf('a');
    stop.abort();
    expect(await running).toMatchObject({ status: 'cancelled' });
  });

  it('a run that waits for its turn is cancelled without having begun', async () => {
    const { backend, began, runner } = stage(1);
    const first = runner.run({ code: 'a' });
    const stop = new AbortController();
    const second = runner.run({ code: 'b' }, { signal: stop.signal });
    const interpreter = await backend.interpreterOf('a');
    stop.abort();
    expect(await second).toMatchObject({
      status: 'cancelled',
      error: { message: 'cancelled before it began' },
    });
    interpreter.finish();
    await first;
    expect(began).toEqual([1]);
  });

  it('a shortage of memory ends the run as out of memory', async () => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    const interpreter = await backend.interpreterOf('a');
    interpreter.memory.abort('9 GiB');
    expect(await running).toMatchObject({ status: 'out-of-memory', error: { message: '9 GiB' } });
    expect(interpreter.calls).toEqual(['run', 'terminate', 'end', 'release']);
  });

  it('output that comes after the verdict is not part of the result', async () => {
    const { backend, clock, runner } = stage();
    const running = runner.run({ code: 'a', timeoutMs: 1000 });
    const interpreter = await backend.interpreterOf('a');
    interpreter.interrupts = 'ignores';
    clock.advance(1000);
    const result = await running;
    interpreter.finish({ ...OUTCOME, value: { text: 'late' } });
    expect(result.value).toBeNull();
  });
});

describe('input', () => {
  it('a question is answered after what was printed before it', async () => {
    const { backend, runner } = stage();
    const seen: string[] = [];
    const running = runner.run(
      { code: 'a' },
      {
        onOutput: ({ bytes }) => void seen.push(new TextDecoder().decode(bytes)),
        onInput: async (prompt, _over, secret) => {
          seen.push(`${prompt}${String(secret)}`);
          return 'Ada';
        },
      },
    );
    const interpreter = await backend.interpreterOf('a');
    interpreter.send({ channel: 'stdout', bytes: utf8('name? ') });
    interpreter.send({ channel: 'input', call: 7, prompt: 'name? ', secret: true });
    await until(() => interpreter.answers.length > 0);
    expect(interpreter.answers).toEqual([{ call: 7, kind: 'bytes', bytes: utf8('Ada\n') }]);
    expect(seen).toEqual(['name? ', 'name? true']);
    interpreter.finish();
    await running;
  });

  it('a question is given up when the run ends', async () => {
    const { backend, runner } = stage();
    let over: AbortSignal | undefined;
    const running = runner.run(
      { code: 'a' },
      {
        onInput: (_prompt, ended) => {
          over = ended;
          return new Promise(() => undefined);
        },
      },
    );
    const interpreter = await backend.interpreterOf('a');
    interpreter.send({ channel: 'input', call: 1, prompt: '', secret: false });
    await until(() => over !== undefined);
    interpreter.finish();
    await running;
    expect(over?.aborted).toBe(true);
  });
});

describe('input and the time limit', () => {
  const LIMIT_MS = 1000;
  const asking = async ({ countsInput = false } = {}) => {
    const { backend, clock, runner } = stage();
    const lines = [deferred<string | null>(), deferred<string | null>()];
    let asked = 0;
    const running = runner.run(
      { code: 'a', timeoutMs: LIMIT_MS },
      { onInput: () => lines[asked++]?.promise ?? Promise.resolve(null), countsInput },
    );
    const interpreter = await backend.interpreterOf('a');
    const ask = async (call: number): Promise<void> => {
      interpreter.send({ channel: 'input', call, prompt: '', secret: false });
      await until(() => asked === call);
    };
    const answer = async (call: number): Promise<void> => {
      lines[call - 1]?.resolve('x');
      await until(() => interpreter.answers.length === call);
    };
    return { answer, ask, clock, interpreter, running };
  };

  it('the time of a person is not that of the run', async () => {
    const { answer, ask, clock, interpreter, running } = await asking();
    clock.advance(LIMIT_MS - 100);
    await ask(1);
    clock.advance(10 * LIMIT_MS);
    await answer(1);
    clock.advance(99);
    await ask(2);
    clock.advance(10 * LIMIT_MS);
    await answer(2);
    interpreter.finish();
    expect((await running).status).toBe('ok');
  });

  it('what the run itself has taken adds up over its questions', async () => {
    const { answer, ask, clock, running } = await asking();
    clock.advance(LIMIT_MS - 100);
    await ask(1);
    clock.advance(10 * LIMIT_MS);
    await answer(1);
    clock.advance(101);
    expect(await running).toMatchObject({ status: 'timeout', session: { state: 'reset' } });
  });

  it('a question that nobody answers does not keep a run for ever', async () => {
    const { ask, clock, running } = await asking();
    await ask(1);
    clock.advance(INPUT_WAIT_MS + LIMIT_MS + 1);
    expect((await running).status).toBe('timeout');
  });

  it('a program that gives the lines takes of the time', async () => {
    const { ask, clock, running } = await asking({ countsInput: true });
    await ask(1);
    clock.advance(LIMIT_MS + 1);
    expect((await running).status).toBe('timeout');
  });

  it('a question that was asked but is not put to anybody stops no clock', async () => {
    const { backend, clock, runner } = stage();
    const stalled = deferred<undefined>();
    const running = runner.run(
      { code: 'a', timeoutMs: LIMIT_MS },
      { onOutput: () => stalled.promise, onInput: () => new Promise(() => undefined) },
    );
    const interpreter = await backend.interpreterOf('a');
    interpreter.send({ channel: 'stdout', bytes: utf8('x') });
    interpreter.send({ channel: 'input', call: 1, prompt: '', secret: false });
    await turns();
    clock.advance(LIMIT_MS + 1);
    stalled.resolve(undefined);
    expect((await running).status).toBe('timeout');
  });

  it('no timer is left behind', async () => {
    const { ask, clock, interpreter, running } = await asking();
    await ask(1);
    interpreter.finish();
    await running;
    expect(clock.waiting).toBe(0);
  });
});

describe('files', () => {
  it('are handed out before the interpreter is released', async () => {
    const { backend, runner } = stage();
    const files = [{ name: 'a.txt', size: 5, mime: 'text/plain' }];
    const got: string[] = [];
    const running = runner.run({ code: 'a' }, { onFile: ({ name }) => void got.push(name) });
    const interpreter = await backend.interpreterOf('a');
    interpreter.finish({ ...OUTCOME, files });
    expect((await running).files).toEqual(files);
    expect(got).toEqual(['a.txt']);
  });

  it('a listener that throws does not prevent the result', async () => {
    const { backend, runner } = stage();
    const running = runner.run(
      { code: 'a' },
      {
        onFile: () => {
          throw new Error('mine');
        },
      },
    );
    const interpreter = await backend.interpreterOf('a');
    interpreter.finish({ ...OUTCOME, files: [{ name: 'a.txt', size: 5, mime: 'text/plain' }] });
    expect((await running).status).toBe('ok');
  });
});

describe('disposal', () => {
  it('ends runs under way as cancelled, and later ones fail', async () => {
    const { backend, runner } = stage();
    const running = runner.run({ code: 'a' });
    await backend.interpreterOf('a');
    await runner.dispose();
    expect(await running).toMatchObject({ status: 'cancelled' });
    expect(await runner.run({ code: 'b' })).toMatchObject({
      status: 'setup-failed',
      error: { message: 'gone' },
    });
    expect(backend.closed).toBe(true);
  });
});
