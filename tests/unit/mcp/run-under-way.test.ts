/** What a client hears of a run that waits for its user. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { UserQuestion } from '../../../src/main/mcp/input-questions.ts';
import { permissionToCall } from '../../../src/main/mcp/call-permission.ts';
import { RunUnderWay } from '../../../src/main/mcp/run-under-way.ts';

const over = new AbortController().signal;
const LINE: UserQuestion = { kind: 'line', prompt: 'name?' };
const CALL: UserQuestion = { kind: 'call', call: { name: 'send', arguments: {} } };
const FOR_LINE = 'Python waits for input';
const FOR_CALL = 'Python waits for the permission to call send';
const RUNS = 'Python runs, and has printed nothing';

let run: RunUnderWay;
let told: string[];
beforeEach(() => {
  const order = { script: '', session: undefined, packages: [], files: [], timeoutMs: 1000 };
  run = new RunUnderWay(order, () => new Promise(() => undefined));
  run.listeners.onPhase?.({ name: 'running' });
  told = [];
  run.follow((step) => told.push(step));
});

describe('a run with two questions at once', () => {
  it('waits until both are answered, and says for what', async () => {
    const [line, call] = [run.ask(LINE, over), run.ask(CALL, over)];
    expect(run.answer(1, { kind: 'line', line: 'x' })).toBe(true);
    expect([run.step, await line, run.step]).toEqual([FOR_CALL, { kind: 'line', line: 'x' }, FOR_CALL]);
    expect(await run.questions.next()).toMatchObject({ number: 2, asked: CALL });
    expect(run.answer(2, { kind: 'call', permission: 'once' })).toBe(true);
    expect([run.step, await call, run.step]).toEqual([RUNS, { kind: 'call', permission: 'once' }, RUNS]);
    expect(told).toEqual([RUNS, FOR_LINE, FOR_CALL, RUNS]);
  });

  it('can have the later one answered first', async () => {
    const [line, call] = [run.ask(LINE, over), run.ask(CALL, over)];
    expect(run.answer(2, { kind: 'call', permission: 'no' })).toBe(true);
    expect([await call, run.step]).toEqual([{ kind: 'call', permission: 'no' }, FOR_LINE]);
    expect(run.answer(1, { kind: 'line', line: null })).toBe(true);
    expect([await line, run.step]).toEqual([{ kind: 'line', line: null }, RUNS]);
  });

  it('waits for the other when one is given up', async () => {
    const stop = new AbortController();
    const line = run.ask(LINE, stop.signal);
    const permission = permissionToCall(Object.assign(run, { canAsk: true }));
    const call = permission({ name: 'send', arguments: {}, session: null, run: {}, signal: over });
    stop.abort();
    expect([await line, run.step]).toEqual([null, FOR_CALL]);
    expect(run.answer(2, { kind: 'call', permission: 'script' })).toBe(true);
    expect([await call, run.step]).toEqual([true, RUNS]);
  });
});

it('what is printed or fetched while a question is open does not hide that', async () => {
  const line = run.ask(LINE, over);
  await run.listeners.onOutput?.({ stream: 'stdout', bytes: new Uint8Array(1) });
  run.listeners.onPackages?.({
    packageName: 'numpy',
    filesDone: 0,
    filesTotal: 1,
    bytesDone: 1,
    bytesTotal: 2,
  });
  expect([run.step, told]).toEqual([FOR_LINE, [RUNS, FOR_LINE]]);
  expect(run.answer(1, { kind: 'line', line: '' })).toBe(true);
  await line;
  expect(run.step).toBe('Python runs, and prints');
});
