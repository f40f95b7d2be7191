import { describe, expect, it } from 'vitest';
import type { NameQuestion } from '../../../src/shared/protocol/name-reports.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { never, stage, turns, until, utf8, type SidecarHandlers } from './support.ts';

const question: NameQuestion = { about: 'names', path: [], prefix: 'a' };
const answerWith =
  (said: string): SidecarHandlers['lookUpNames'] =>
  async (_params, { write }) => {
    if (said !== '') await write({ bytes: utf8(said) });
    return {};
  };
const report = { kind: 'names', names: [['a', 'variable']], isCut: false };

describe('what a session knows of names', () => {
  it('is what its interpreter says, once a run has begun in it', async () => {
    const { launcher, sandbox } = stage({ lookUpNames: answerWith(JSON.stringify(report)) });
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    await sandbox.run({ code: '1', session: 's' });
    expect(await sandbox.lookUpNames('s', question)).toEqual(report);
    expect(launcher.last.called('lookUpNames').at(-1)?.params).toMatchObject(question);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no report', '{"kind":"names","names":[["a","spell"]],"isCut":false}'],
    [
      'more than a report has',
      `{"kind":"names","names":[${'["a","key"],'.repeat(3000)}["a","key"]],"isCut":true}`,
    ],
  ])('is nothing when it says %s', async (_what, said) => {
    const { sandbox } = stage({ lookUpNames: answerWith(said) });
    await sandbox.run({ code: '1', session: 's' });
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
  });

  it('is not waited for: one that does not answer is asked once, and closed before anything else runs in it', async () => {
    const { clock, events, launcher, sandbox } = stage({ lookUpNames: never });
    await sandbox.run({ code: '1', session: 's' });
    const first = sandbox.lookUpNames('s', question);
    await until(() => launcher.last.called('lookUpNames').length === 1);
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    clock.advance(500);
    expect(await first).toBeNull();
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    const running = sandbox.run({ code: '1', session: 's' });
    clock.advance(9499);
    await turns();
    expect(launcher.last.called('closeInterpreter')).toEqual([]);
    expect(launcher.last.called('run')).toHaveLength(1);
    clock.advance(1);
    expect(await running).toMatchObject({ status: 'ok', session: { state: 'lost' } });
    expect(launcher.last.called('lookUpNames')).toHaveLength(1);
    expect(launcher.last.called('closeInterpreter')).toHaveLength(1);
    expect(events).toContainEqual(expect.objectContaining({ type: 'session-ended', why: 'run-stopped' }));
    expect([launcher.launches, launcher.last.kills]).toEqual([1, 0]);
  });

  it('is nothing when its interpreter ends of the question; the session is lost', async () => {
    const { launcher, sandbox } = stage({
      lookUpNames: () => {
        throw new RpcError('closed', 'the thread is gone');
      },
    });
    await sandbox.run({ code: '1', session: 's' });
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    expect(launcher.last.called('closeInterpreter')).toHaveLength(1);
    expect(sandbox.sessions).toEqual([]);
    expect(await sandbox.run({ code: '1', session: 's' })).toMatchObject({
      status: 'ok',
      session: { state: 'lost' },
    });
  });

  it('is nothing when its answer breaks the rules; the session lives on', async () => {
    const { launcher, sandbox } = stage({
      lookUpNames: () => {
        throw new RpcError('failed', 'no answer');
      },
    });
    await sandbox.run({ code: '1', session: 's' });
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    expect(launcher.last.called('closeInterpreter')).toEqual([]);
    expect(sandbox.sessions).toEqual(['s']);
  });

  it('does not count as use: the process ends when its time is over', async () => {
    const { clock, events, sandbox } = stage(
      { lookUpNames: answerWith(JSON.stringify(report)) },
      { idleMs: 10_000 },
    );
    await sandbox.run({ code: '1', session: 's' });
    for (let asked = 0; asked < 3; asked += 1) {
      clock.advance(2500);
      await turns();
      expect(await sandbox.lookUpNames('s', question)).toEqual(report);
    }
    clock.advance(2500);
    await until(() => events.some(({ type }) => type === 'process-ended'));
    expect(events).toContainEqual(expect.objectContaining({ type: 'process-ended', cause: 'idle' }));
  });

  it('is nothing while the session runs something, without asking it', async () => {
    const { launcher, sandbox } = stage({ run: never });
    void sandbox.run({ code: '1', session: 's' });
    await until(() => launcher.processes[0]?.called('run').length === 1);
    expect(await sandbox.lookUpNames('s', question)).toBeNull();
    await turns();
    expect(launcher.last.called('lookUpNames')).toEqual([]);
  });

  it('is nothing when its process ends meanwhile', async () => {
    const { launcher, sandbox } = stage({ lookUpNames: never });
    await sandbox.run({ code: '1', session: 's' });
    const asked = sandbox.lookUpNames('s', question);
    await until(() => launcher.last.called('lookUpNames').length === 1);
    launcher.last.exit(1);
    expect(await asked).toBeNull();
  });
});
