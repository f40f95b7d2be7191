import { LIMITS } from '../../../../src/shared/limits.ts';
import { expect, it } from 'vitest';
import { SessionRegistry } from '../../../../src/main/sandbox/sessions/session-registry.ts';
import type { SessionEnd } from '../../../../src/shared/contract/sandbox-events.ts';
import { SidecarClient } from '../../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { deferred, FakeProcess, turns, type Behaviour } from '../support.ts';

const setUp = (behaviour: Behaviour = {}) => {
  const process = new FakeProcess(1, behaviour);
  const ends: [string, SessionEnd][] = [];
  const interpreters: SessionRegistry = new SessionRegistry({
    onEnd: (session, _interpreter, why) => ends.push([session, why]),
    finish: () => null,
  });
  return { process, sidecar: new SidecarClient(process), interpreters, ends };
};

it('gives an interpreter to its own session again, and to no other', async () => {
  const { interpreters, sidecar, process } = setUp();
  const a = await interpreters.open(sidecar, 'a');
  expect(interpreters.has('a')).toBe(false);
  interpreters.keep('a', a);
  expect([interpreters.has('a'), interpreters.isKept(a)]).toEqual([true, true]);
  expect(await interpreters.open(sidecar, 'a')).toBe(a);
  const others = [await interpreters.open(sidecar, 'b'), await interpreters.open(sidecar, null)];
  expect(new Set([a, ...others].map(({ id }) => id)).size).toBe(3);
  expect(process.called('openInterpreter')).toHaveLength(3);
});

it('never gives an interpreter of another process', async () => {
  const { interpreters, sidecar } = setUp();
  const a = await interpreters.open(sidecar, 'a');
  interpreters.keep('a', a);
  const other = setUp().sidecar;
  expect((await interpreters.open(other, 'a')).sidecar).toBe(other);
  interpreters.forgetAll(other);
  expect(interpreters.has('a')).toBe(true);
  interpreters.forgetAll(sidecar);
  expect(interpreters.has('a')).toBe(false);
});

it('forgets one interpreter', async () => {
  const { interpreters, sidecar, ends } = setUp();
  const [a, b] = [await interpreters.open(sidecar, 'a'), await interpreters.open(sidecar, 'b')];
  interpreters.keep('a', a);
  interpreters.keep('b', b);
  interpreters.forget(a, 'reset');
  expect([interpreters.has('a'), interpreters.has('b'), interpreters.losses.take('a')]).toEqual([
    ...[false, true, false],
  ]);
  expect(ends).toEqual([['a', 'reset']]);
});

const fill = async ({ interpreters, sidecar }: ReturnType<typeof setUp>, count: number): Promise<void> => {
  for (let index = 1; index <= count; index++) {
    interpreters.keep(`s${index}`, await interpreters.open(sidecar, `s${index}`));
  }
};

it('refuses a session too many when all are in use, also those that are only opening', async () => {
  const all = setUp();
  const { interpreters, sidecar } = all;
  await fill(all, LIMITS.sessions - 1);
  const results = await Promise.allSettled([
    interpreters.open(sidecar, 'x'),
    interpreters.open(sidecar, 'y'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(interpreters.open(sidecar, null)).resolves.toBeDefined();
});

it('drops the idle session that was not used for longest to make room, and remembers its loss', async () => {
  const all = setUp();
  const { interpreters, sidecar, ends } = all;
  await fill(all, LIMITS.sessions);
  // s1 is in use, s2 was used again after s3.
  interpreters.rest('s3');
  interpreters.keep('s2', await interpreters.open(sidecar, 's2'));
  interpreters.rest('s2');
  interpreters.keep('new', await interpreters.open(sidecar, 'new'));
  expect(ends).toEqual([['s3', 'evicted']]);
  expect([interpreters.losses.take('s3'), interpreters.losses.take('s3'), interpreters.has('s1')]).toEqual([
    ...[true, false, true],
  ]);
  expect(interpreters.evictOldest()).toBe('s2');
  expect(interpreters.evictOldest()).toBe(null);
});

it('lets the session that makes room come to its end first, and takes a further one for each that is opened', async () => {
  const finished: string[] = [];
  const gate = deferred();
  const process = new FakeProcess(1, {});
  const sidecar = new SidecarClient(process);
  const ends: [string, SessionEnd][] = [];
  const interpreters: SessionRegistry = new SessionRegistry({
    onEnd: (session, _interpreter, why) => ends.push([session, why]),
    finish: async (session) => {
      finished.push(session);
      await gate.promise;
      const interpreter = interpreters.find(session);
      if (interpreter !== undefined) interpreters.forget(interpreter, 'evicted');
    },
  });
  await fill({ process, sidecar, interpreters, ends }, LIMITS.sessions);
  for (const name of interpreters.names) interpreters.rest(name);
  const opened = [interpreters.open(sidecar, 'x'), interpreters.open(sidecar, 'y')];
  await turns();
  expect([finished, ends]).toEqual([['s1', 's2'], []]);
  // Memory can not wait for the end of anything, and takes none that is on its way out.
  expect(interpreters.evictOldest()).toBe('s3');
  gate.resolve();
  await Promise.all(opened);
  expect(ends).toEqual([
    ['s3', 'evicted'],
    ['s1', 'evicted'],
    ['s2', 'evicted'],
  ]);
  expect(['s1', 's2', 's3'].map((name) => interpreters.losses.take(name))).toEqual([true, true, true]);
});

it('a session that is replaced before its process was reported as gone counts as lost', async () => {
  const { interpreters, sidecar, ends } = setUp();
  interpreters.keep('a', await interpreters.open(sidecar, 'a'));
  interpreters.enter('a');
  // A standby process took over.
  const other = setUp().sidecar;
  const again = await interpreters.open(other, 'a');
  interpreters.keep('a', again);
  expect([ends, interpreters.losses.take('a')]).toEqual([[['a', 'process-ended']], true]);
  // The news of its end comes later, and must not take the new state away.
  interpreters.forgetAll(sidecar);
  expect([interpreters.find('a'), interpreters.losses.take('a')]).toEqual([again, false]);
});

it.each([
  ['reset', false],
  ['run-stopped', true],
] as const)('forgotten by %s is a loss to tell: %s', async (why, isLoss) => {
  const { interpreters, sidecar, ends } = setUp();
  const a = await interpreters.open(sidecar, 'a');
  interpreters.keep('a', a);
  interpreters.enter('a');
  interpreters.forget(a, why);
  expect([interpreters.losses.take('a'), ends]).toEqual([isLoss, [['a', why]]]);
});

it('a session in which no code has run is dropped without being reported as lost', async () => {
  const { interpreters, sidecar, ends } = setUp();
  interpreters.keep('a', await interpreters.open(sidecar, 'a'));
  interpreters.forgetAll(sidecar);
  expect([interpreters.has('a'), interpreters.losses.take('a'), ends]).toEqual([false, false, []]);
});

it('keeps nothing of an interpreter that fails its self-check', async () => {
  const { interpreters, sidecar } = setUp({
    openInterpreter: () => ({ checks: [{ name: 'frozen', layer: null, holds: false }] }),
  });
  await expect(interpreters.open(sidecar, 'a')).rejects.toThrow('self-check failed: frozen');
  expect(interpreters.has('a')).toBe(false);
});
