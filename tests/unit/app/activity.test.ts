import { expect, it } from 'vitest';
import { Activity } from '../../../src/main/app/activity.ts';
import type { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';

const memory = (at: number, residentMiB: number, pid = 1): SandboxEvent => ({
  type: 'memory',
  at,
  pid,
  residentMiB,
  limitMiB: 1000,
});
const began = (at: number): SandboxEvent => ({ type: 'run-began', at, run: at, session: null });

it('passes memory readings on at most twice a second, and seldom without a change, but sudden changes and another process at once', () => {
  const activity = new Activity();
  const heard: SandboxEvent[] = [];
  activity.onEvent((event) => heard.push(event));
  const readings = [
    memory(0, 100),
    memory(100, 110),
    memory(400, 149),
    memory(450, 150),
    memory(500, 151),
    memory(600, 151, 2),
    memory(1100, 151, 2),
    memory(1200, 152, 2),
    memory(11_199, 152, 2),
    memory(11_200, 152, 2),
  ];
  for (const reading of readings) activity.record(reading);
  expect(heard).toEqual([readings[0], readings[3], readings[5], readings[7], readings[9]]);
});

it('knows the last memory reading of a process, also one that was not passed on', () => {
  const activity = new Activity();
  activity.record(memory(0, 100));
  activity.record(memory(1, 101));
  expect(activity.memoryOf(1)?.residentMiB).toBe(101);
  expect([activity.memoryOf(2), activity.memoryOf(null)]).toEqual([null, null]);
});

it('keeps a bounded history in order of time, in which memory readings displace no events', () => {
  const activity = new Activity();
  for (let at = 0; at < 5000; at++) {
    activity.record(began(2 * at));
    activity.record(memory(2 * at + 1, (at % 2) * 500));
  }
  const { history } = activity;
  const times = history.map(({ at }) => at);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(history.filter(({ type }) => type === 'run-began')).toHaveLength(2000);
  expect(history.filter(({ type }) => type === 'memory')).toHaveLength(1200);
  expect(history.at(-1)?.at).toBe(9999);
});

it('stops calling a listener that was removed', () => {
  const activity = new Activity();
  const heard: SandboxEvent[] = [];
  activity.onEvent((event) => heard.push(event))();
  activity.record(began(1));
  expect(heard).toEqual([]);
});
