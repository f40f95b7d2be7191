/** What becomes of the console's sessions and cells while runs go on and sessions end. */
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/shared/contract/sandbox.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import type { Session } from '../../../src/renderer/console/model/session.ts';
import { openedConsole, type OpenedConsole } from './support.ts';

interface Opened extends OpenedConsole {
  readonly session: Session;
  /** Its cells with the codes `1`, `2` and `3`. */
  readonly cells: readonly [Cell, Cell, Cell];
}

/** @param run what comes of a run of that code */
const opened = (run: (code: string) => Partial<RunResult> = () => ({})): Opened => {
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

  it('cells that ran in the other one are stale after a run, and the session says why', async () => {
    const { cells, session, store } = opened((code) => ({ runtime: code === '3' ? 'native' : 'embedded' }));
    await store.run(session, cells[0]);
    await store.run(session, cells[1]);
    expect(session.lost).toBeNull();
    await store.run(session, cells[2]);
    expect(cells.map(({ stale }) => stale)).toEqual([true, true, false]);
    expect(session.lost).toEqual({ reason: 'other-python', files: [] });
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
