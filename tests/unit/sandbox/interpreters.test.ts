import { expect, it } from 'vitest';
import { Interpreters, MAX_SESSIONS } from '../../../src/main/sandbox/interpreters.ts';
import { SidecarClient } from '../../../src/main/sandbox/sidecar-client.ts';
import { FakeProcess, type Behaviour } from './support.ts';

const setUp = (behaviour: Behaviour = {}) => {
  const process = new FakeProcess(1, behaviour);
  return { process, sidecar: new SidecarClient(process), interpreters: new Interpreters() };
};

it('gives a session its own interpreter again, and nobody else', async () => {
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
  const { interpreters, sidecar } = setUp();
  const [a, b] = [await interpreters.open(sidecar, 'a'), await interpreters.open(sidecar, 'b')];
  interpreters.keep('a', a);
  interpreters.keep('b', b);
  interpreters.forget(a);
  expect([interpreters.has('a'), interpreters.has('b')]).toEqual([false, true]);
});

it('refuses a session too many, also among those that are only opening', async () => {
  const { interpreters, sidecar } = setUp();
  for (let index = 1; index < MAX_SESSIONS; index++) {
    interpreters.keep(`s${index}`, await interpreters.open(sidecar, `s${index}`));
  }
  const results = await Promise.allSettled([
    interpreters.open(sidecar, 'x'),
    interpreters.open(sidecar, 'y'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await expect(interpreters.open(sidecar, null)).resolves.toBeDefined();
});

it('keeps nothing of an interpreter that fails its self-check', async () => {
  const { interpreters, sidecar } = setUp({
    openInterpreter: () => ({ checks: [{ name: 'frozen', holds: false }] }),
  });
  await expect(interpreters.open(sidecar, 'a')).rejects.toThrow('self-check failed: frozen');
  expect(interpreters.has('a')).toBe(false);
});
