import { expect, it } from 'vitest';
import { Heartbeat } from '../../../../src/main/sandbox/process/heartbeat.ts';
import { deferred, FakeClock, turns, type Deferred } from '../support.ts';

const TIMES = { intervalMs: 1000, silentMs: 500, deadMs: 2000 } as const;

const setUp = () => {
  const clock = new FakeClock();
  const pings: Deferred<void>[] = [];
  const told: string[] = [];
  const heartbeat = new Heartbeat({
    ...TIMES,
    clock,
    ping: () => {
      const ping = deferred();
      pings.push(ping);
      return ping.promise;
    },
    onSilent: () => told.push('silent'),
    onAnswer: () => told.push('answer'),
    onDead: () => told.push('dead'),
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turns(1);
  };
  return { clock, pings, told, heartbeat, pass };
};

it('asks again one interval after the last answer, and reports nothing while there are answers', async () => {
  const { clock, pings, told, pass } = setUp();
  await pass(999);
  expect(pings).toHaveLength(0);
  await pass(1);
  expect(pings).toHaveLength(1);
  await pass(499);
  pings[0]?.resolve();
  await turns(1);
  await pass(999);
  expect(pings).toHaveLength(1);
  await pass(1);
  expect([pings.length, told, clock.waiting]).toEqual([2, [], 1]);
});

it('reports silence, asks once more, then reports death, and nothing after that', async () => {
  const { clock, pings, told, pass } = setUp();
  await pass(1499);
  expect([pings.length, told]).toEqual([1, []]);
  await pass(1);
  expect([pings.length, told]).toEqual([2, ['silent']]);
  await pass(1999);
  expect(told).toEqual(['silent']);
  await pass(1);
  expect([told, clock.waiting]).toEqual([['silent', 'dead'], 0]);
  for (const ping of pings) ping.resolve();
  await pass(10_000);
  expect([told, pings.length]).toEqual([['silent', 'dead'], 2]);
});

it.each([0, 1])(
  'an answer to question %i after silence is reported, and the heartbeat goes on',
  async (answered) => {
    const { clock, pings, told, pass } = setUp();
    await pass(1500);
    pings[answered]?.resolve();
    await turns(1);
    expect([told, clock.waiting]).toEqual([['silent', 'answer'], 1]);
    // The other answer, late, counts for nothing.
    pings[1 - answered]?.resolve();
    await turns(1);
    await pass(1000);
    expect([told, pings.length, clock.waiting]).toEqual([['silent', 'answer'], 3, 1]);
  },
);

it('does not take a machine’s sleep for death when the clock jumps and the answer comes after it', async () => {
  const { pings, told, pass, clock } = setUp();
  await pass(1000);
  // All timers of an hour fire late and at once, as the first stage does here…
  clock.jump(3_600_000);
  await turns(1);
  expect(told).toEqual(['silent']);
  // …and the process, which slept as well, answers the second question.
  pings[1]?.resolve();
  await turns(1);
  expect(told).toEqual(['silent', 'answer']);
});

it('a question that fails counts as unanswered', async () => {
  const { pings, told, pass } = setUp();
  await pass(1000);
  pings[0]?.reject(new Error('closed'));
  await pass(500);
  pings[1]?.reject(new Error('closed'));
  await pass(2000);
  expect(told).toEqual(['silent', 'dead']);
});

it.each([0, 1000, 1500])('stopped after %i ms leaves no timer and reports nothing', async (after) => {
  const { clock, heartbeat, pings, told, pass } = setUp();
  await pass(after);
  told.length = 0;
  heartbeat.stop();
  for (const ping of pings) ping.resolve();
  await pass(100_000);
  expect([clock.waiting, told]).toEqual([0, []]);
});

it('asks nothing more when it is stopped by its listener for silence', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const heartbeat: Heartbeat = new Heartbeat({
    ...TIMES,
    clock,
    ping: () => new Promise(() => undefined),
    onSilent: () => {
      told.push('silent');
      heartbeat.stop();
    },
    onAnswer: () => told.push('answer'),
    onDead: () => told.push('dead'),
  });
  clock.advance(1_000_000);
  await turns(1);
  expect([told, clock.waiting]).toEqual([['silent'], 0]);
});
