/** What becomes of the console's sessions and cells while runs go on and sessions end. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import type { Session } from '../../../src/renderer/console/model/session.ts';
import { turns } from '../sandbox/support.ts';
import { openedConsole, type OpenedConsole } from './support.ts';

interface Opened extends OpenedConsole {
  readonly session: Session;
  /** Its cells with the codes `1`, `2` and `3`. */
  readonly cells: readonly [Cell, Cell, Cell];
}

/** @param run what comes of a run of that code */
const opened = (
  run: (code: string) => Partial<RunResult> | Promise<Partial<RunResult>> = () => ({}),
): Opened => {
  const all = openedConsole(({ code }) => run(code));
  const session = all.store.active.value;
  if (session === null) throw new Error('no session');
  const cells = [session.openCell(), session.addCell(), session.addCell()] as const;
  for (const [index, cell] of cells.entries()) cell.source = `${index + 1}`;
  return { ...all, session, cells };
};

describe('running all cells', () => {
  it('leaves out what is removed or merged meanwhile', async () => {
    const { cells, ran, session, store } = opened((code) => {
      if (code === '1') store.removeCell(session, cells[1]);
      return {};
    });
    await store.runAll(session, session.cells);
    expect(ran).toEqual(['1', '3']);
  });

  it('ends when the session is closed, even if the run under way ends well', async () => {
    const { ran, session, store } = opened((code) => {
      if (code === '1') store.closeSession(session);
      return {};
    });
    await store.runAll(session, session.cells);
    expect(ran).toEqual(['1']);
  });
});

describe('cells that wait for their turn', () => {
  /** Runs that end when they are let go. */
  const held = () => {
    const letGo = new Map<string, (result: Partial<RunResult>) => void>();
    const all = opened((code) => new Promise((resolve) => letGo.set(code, resolve)));
    const finish = async (code: string, result: Partial<RunResult> = {}): Promise<void> => {
      letGo.get(code)?.(result);
      await turns();
    };
    return { ...all, finish };
  };
  const placesOf = (cells: readonly Cell[]): (number | null)[] => cells.map(({ queuedAt }) => queuedAt);

  it('have their place, and run one after the other with the code that they had', async () => {
    const { cells, finish, ran, session, store } = held();
    const all = cells.map((cell) => store.run(session, cell));
    expect([cells[0].phase.name, ...placesOf(cells)]).toEqual(['running', null, 1, 2]);
    cells[1].source = 'changed since';
    await finish('1');
    expect([cells[1].phase.name, ...placesOf(cells)]).toEqual(['running', null, null, 1]);
    await finish('2');
    await finish('3');
    await Promise.all(all);
    expect(ran).toEqual(['1', '2', '3']);
    expect(session.isRunning).toBe(false);
  });

  it('are taken out by a stop, and keep what they had', async () => {
    const { cells, finish, ran, session, store } = held();
    const first = store.run(session, cells[1]);
    await finish('2', { stdout: 'kept' });
    await first;
    void store.run(session, cells[0]);
    const second = store.run(session, cells[1]);
    void store.run(session, cells[2]);
    await store.stop(cells[1]);
    await second;
    expect([cells[1].phase.name, ...placesOf(cells)]).toEqual(['done', null, null, 1]);
    expect(cells[1].items).toHaveLength(1);
    await finish('1');
    await finish('3');
    expect(ran).toEqual(['2', '1', '3']);
  });

  it('are stopped or taken out where they are removed, and can come back', async () => {
    const { cells, finish, ran, session, store } = held();
    const first = store.run(session, cells[0]);
    const second = store.run(session, cells[1]);
    const removals = [store.removeCell(session, cells[0]), store.removeCell(session, cells[1])];
    await second;
    expect(cells[0].phase).toMatchObject({ name: 'running', stopping: true });
    expect([session.isRunning, ...placesOf(cells)]).toEqual([false, null, null, null]);
    await finish('1', { status: 'cancelled', stdout: 'kept' });
    await first;
    for (const removal of removals.toReversed()) store.undo(removal);
    expect(session.cells.slice(0, 2)).toEqual(cells.slice(0, 2));
    expect([cells[0].phase.name, cells[0].items.length, cells[1].phase.name]).toEqual(['done', 1, 'draft']);
    expect(ran).toEqual(['1']);
  });

  it('are left out after a failure, when they were asked for together', async () => {
    const { cells, finish, ran, session, store } = held();
    const all = store.runAll(session, cells.slice(0, 2));
    void store.run(session, cells[2]);
    await finish('1', { status: 'error' });
    await all;
    await finish('3');
    expect(ran).toEqual(['1', '3']);
    expect(placesOf(cells)).toEqual([null, null, null]);
  });

  it('are no cells to write the next code in', () => {
    const { cells, session, store } = held();
    void store.run(session, cells[0]);
    void store.run(session, cells[2]);
    expect(session.cells.at(-1)).toBe(cells[2]);
    expect(session.openCell()).not.toBe(cells[2]);
  });

  it('of two sessions do not wait for each other', async () => {
    const { cells, finish, ran, session, store } = held();
    void store.run(session, cells[0]);
    const other = store.addSession();
    const cell = other.openCell();
    cell.source = 'other';
    void store.run(other, cell);
    expect(ran).toEqual(['1', 'other']);
    await finish('1');
    await finish('other');
  });

  it('are not asked for twice', async () => {
    const { cells, finish, ran, session, store } = held();
    void store.run(session, cells[0]);
    void store.run(session, cells[1]);
    void store.run(session, cells[1]);
    await finish('1');
    await finish('2');
    expect(ran).toEqual(['1', '2']);
  });
});

describe('a fault of the app in one output', () => {
  const faults = (): unknown[] => {
    const told: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => told.push(error));
    onTestFinished(() => void vi.unstubAllGlobals());
    return told;
  };
  const fault = new Error('not foreseen');
  const failing = (): never => {
    throw fault;
  };

  it('shows the text of that output, and all others', async () => {
    const told = faults();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const mime = Object.defineProperty({ 'text/plain': 'its text' }, 'image/png', { get: failing });
    let runId = '';
    let end: (result: Partial<RunResult>) => void = () => undefined;
    const { say, store } = openedConsole((_request, id) => {
      runId = id;
      return new Promise((resolve) => (end = resolve));
    });
    const session = store.active.value;
    const cell = session?.openCell();
    if (session === null || cell === undefined) throw new Error('no session');
    cell.source = '1';
    const run = store.run(session, cell);
    say({ type: 'output', runId, mime });
    say({ type: 'text', runId, stream: 'stdout', text: 'after it' });
    vi.runAllTimers();
    expect(told).toEqual([fault]);
    expect(cell.items.map((item) => (item.kind === 'rich' ? item.shown : item.kind))).toEqual([
      { kind: 'text', text: 'its text' },
      'text',
    ]);
    // One that can't be taken at all is left out, and the page goes on drawing.
    say(Object.defineProperty({ type: 'output', runId, mime: {} } as const, 'mime', { get: failing }));
    say({ type: 'text', runId, stream: 'stdout', text: ', more' });
    vi.runAllTimers();
    expect([told.length, cell.isCut]).toEqual([2, true]);
    say({ type: 'text', runId, stream: 'stdout', text: ', last' });
    vi.runAllTimers();
    const last = cell.items.at(-1);
    expect(last?.kind === 'text' && last.plain()).toBe('after it, more, last');
    end({});
    await run;
    expect([cell.phase.name, session.isRunning]).toEqual(['done', false]);
  });

  it('in a run ends that cell alone', async () => {
    const { cells, ran, session, store } = opened((code) => (code === '1' ? failing() : {}));
    const first = store.runAll(session, cells.slice(0, 2));
    const second = store.run(session, cells[2]);
    await expect(first).rejects.toBe(fault);
    await second;
    expect(ran).toEqual(['1', '3']);
    expect(cells.map(({ phase }) => phase.name)).toEqual(['refused', 'draft', 'done']);
    expect(session.isRunning).toBe(false);
  });
});

describe('a name that is not there', () => {
  const nameError = (name: string): Partial<RunResult> => ({
    status: 'error',
    error: { type: 'NameError', message: `name '${name}' is not defined`, traceback: '', line: 1 },
  });

  const afterLoss = async (name: string) => {
    const all = opened((code) => (code === '2' ? nameError(name) : {}));
    const { cells, session, store, tell } = all;
    cells[0].source = 'x = 1';
    await store.run(session, cells[0]);
    tell({ type: 'session-ended', at: 1, session: session.name, runtime: 'embedded', why: 'evicted' });
    await store.run(session, cells[1]);
    return all;
  };

  it('is told of as lost, when a cell had made it before the loss', async () => {
    const { cells, session, store } = await afterLoss('x');
    expect([cells[1].missing, session.lost?.reason]).toEqual(['x', 'evicted']);
    cells[1].source = '3';
    await store.runAll(session, cells.slice(0, 2));
    expect(cells[1].missing).toBeNull();
  });

  it('is not, when no cell had', async () => {
    const { cells } = await afterLoss('y');
    expect(cells[1].missing).toBeNull();
  });

  it('is not, when nothing was lost', async () => {
    const { cells, session, store } = opened((code) => (code === '2' ? nameError('x') : {}));
    cells[0].source = 'x = 1';
    await store.run(session, cells[0]);
    await store.run(session, cells[1]);
    expect(cells[1].missing).toBeNull();
  });
});

describe('what the code of a session prints as it ends', () => {
  const endOf = (session: Session, why: 'idle' | 'reset'): SandboxEvent => ({
    type: 'session-ended',
    at: 5,
    session: session.name,
    runtime: 'embedded',
    why,
    printed: 'bye\n',
  });

  it.each(['idle', 'reset'] as const)('is kept beside the reason for the loss: %s', async (why) => {
    const { cells, session, store, tell } = opened();
    await store.run(session, cells[0]);
    tell(endOf(session, why));
    expect(session.lost).toEqual({ reason: why, files: [], printed: 'bye\n' });
    await store.reset(session);
    expect(session.lost).toEqual({ reason: 'reset', files: [], printed: 'bye\n' });
  });

  it('is told once its tab is closed for good', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { session, store, tell } = opened();
    store.closeSession(session);
    tell(endOf(session, 'idle'));
    expect(store.ends.lastWords.value).toBeNull();
    vi.runAllTimers();
    tell(endOf(session, 'reset'));
    expect(store.ends.lastWords.value).toEqual({ session, printed: 'bye\n' });
    await turns();
    store.ends.lastWords.value = null;
    tell(endOf(session, 'reset'));
    expect(store.ends.lastWords.value).toBeNull();
  });
});

describe('sessions of two runtimes', () => {
  const ending = (session: Session, runtime: RunResult['runtime']): SandboxEvent => ({
    type: 'session-ended',
    at: 5,
    session: session.name,
    runtime,
    why: 'process-ended',
  });

  it.each([
    ['embedded', 'native'],
    ['native', 'embedded'],
  ] as const)(
    'the end of the one that is not used (run: %s, ended: %s) takes nothing away',
    async (used, other) => {
      const { cells, session, store, tell } = opened(() => ({ runtime: used }));
      await store.run(session, cells[0]);
      tell(ending(session, other));
      expect([session.lost, cells[0].stale]).toEqual([null, false]);
      tell(ending(session, used));
      expect([session.lost?.reason, cells[0].stale]).toEqual(['process-ended', true]);
    },
  );

  it('what cells left in the other one is not at hand after a run, and is again on the way back', async () => {
    const { cells, session, store } = opened((code) => ({ runtime: code === '3' ? 'native' : 'embedded' }));
    await store.run(session, cells[0]);
    await store.run(session, cells[1]);
    expect(session.lost).toBeNull();
    await store.run(session, cells[2]);
    const elsewhere = (): boolean[] => cells.map((cell) => cell.elsewhere);
    expect([elsewhere(), session.lost]).toEqual([
      [true, true, false],
      { reason: 'other-python', files: [], printed: '' },
    ]);
    await store.run(session, cells[0]);
    expect(elsewhere()).toEqual([false, false, true]);
    expect(cells.map(({ stale }) => stale)).toEqual([false, false, false]);
  });

  it('what is lost in the one that is not used is lost on the way back', async () => {
    const { cells, session, store, tell } = opened((code) => ({
      runtime: code === '3' ? 'native' : 'embedded',
    }));
    await store.run(session, cells[0]);
    await store.run(session, cells[2]);
    tell(ending(session, 'embedded'));
    expect(cells.map(({ elsewhere, stale }) => [elsewhere, stale])).toEqual([
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('a run that could not begin in the other one changes nothing', async () => {
    const { cells, session, store, tell } = opened((code) =>
      code === '2' ? { runtime: 'native', status: 'setup-failed' } : {},
    );
    await store.run(session, cells[0]);
    await store.run(session, cells[1]);
    expect([session.lost, cells[0].stale]).toEqual([null, false]);
    tell(ending(session, 'embedded'));
    expect(cells[0].stale).toBe(true);
  });

  it('the end of a native session is not explained by the end of the sidecar', async () => {
    const { cells, session, store, tell } = opened(() => ({ runtime: 'native' }));
    await store.run(session, cells[0]);
    tell(ending(session, 'native'));
    tell({ type: 'process-ended', at: 6, pid: 1, role: 'active', cause: 'idle', detail: '' });
    expect(session.lost?.reason).toBe('process-ended');
  });
});
