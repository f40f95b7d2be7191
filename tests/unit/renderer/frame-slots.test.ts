import { expect, it } from 'vitest';
import {
  FrameSlots,
  type FrameSlotClient,
  type SlotState,
} from '../../../src/renderer/console/model/frame-slots.ts';
import { documentStyle, drawingStyle } from '../../../src/renderer/console/model/frame-size.ts';

class Client implements FrameSlotClient {
  state: SlotState = 'away';
  changes = 0;
  readonly size: number;

  constructor(size = 1) {
    this.size = size;
  }

  changed(state: SlotState): void {
    this.state = state;
    this.changes += 1;
  }
}

const setUp = (count: number): { slots: FrameSlots; all: Client[]; states: () => string } => {
  const all = Array.from({ length: count }, () => new Client());
  return { slots: new FrameSlots(2), all, states: () => all.map(({ state }) => state[0]).join('') };
};

it('offers slots that nobody has to what nobody has seen, and takes them for what is in sight', () => {
  const { all, slots, states } = setUp(3);
  const [a, b, c] = all as [Client, Client, Client];
  for (const client of all) slots.offer(client);
  expect(states()).toBe('tta');
  // The first one is in sight by now.
  slots.enter(a);
  slots.enter(c);
  expect(states()).toBe('tat');
  slots.offer(c);
  slots.offer(b);
  expect([states(), c.changes]).toEqual(['tat', 1]);
});

it('leaves frames that went out of sight their slots until these are needed', () => {
  const { all, slots, states } = setUp(3);
  const [a, b, c] = all as [Client, Client, Client];
  slots.enter(a);
  slots.enter(b);
  slots.leave(a);
  expect(states()).toBe('tta');
  slots.enter(c);
  expect(states()).toBe('att');
  slots.leave(b);
  slots.enter(a);
  expect(states()).toBe('tat');
});

it('leaves a frame that comes back into sight its slot', () => {
  const { all, slots } = setUp(1);
  const [a] = all as [Client];
  slots.enter(a);
  slots.leave(a);
  slots.enter(a);
  expect([a.state, a.changes]).toEqual(['taken', 1]);
});

it('has no more frames than slots, and gives free slots to frames that wait', () => {
  const { all, slots, states } = setUp(4);
  const [a, b, c, d] = all as [Client, Client, Client, Client];
  for (const client of all) slots.enter(client);
  expect(states()).toBe('ttcc');
  slots.leave(a);
  expect(states()).toBe('attc');
  slots.drop(b);
  expect([c.state, d.state]).toEqual(['taken', 'taken']);
  // What was dropped is told nothing.
  expect(b.changes).toBe(1);
});

it('gives a frame that is asked for the slot of the one that had it for longest', () => {
  const { all, slots, states } = setUp(3);
  const [, , c] = all as [Client, Client, Client];
  for (const client of all) slots.enter(client);
  slots.insist(c);
  expect(states()).toBe('ctt');
});

it('frees the slot of a frame that has ended, and gives it one again when asked to', () => {
  const { all, slots, states } = setUp(3);
  const [a, b, c] = all as [Client, Client, Client];
  for (const client of all) slots.enter(client);
  slots.drop(a);
  expect([b.state, c.state]).toEqual(['taken', 'taken']);
  slots.insist(a);
  expect(states()).toBe('tct');
  slots.leave(c);
  expect(states()).toBe('ttt'.replace(/t$/u, 'a'));
});

it('gives no more slots than there are, whatever each one takes', () => {
  const slots = new FrameSlots(10);
  const [large, small, wide, tiny] = [new Client(6), new Client(3), new Client(8), new Client(1)];
  const all = [large, small, wide, tiny];
  const states = (): string => all.map(({ state }) => state[0]).join('');
  for (const client of all) slots.enter(client);
  expect(states()).toBe('ttct');
  // What is out of sight goes only where that makes room enough.
  slots.leave(small);
  expect(states()).toBe('ttct');
  slots.leave(large);
  expect(states()).toBe('aatt');
  slots.enter(large);
  expect(states()).toBe('catt');
  slots.insist(large);
  expect(states()).toBe('tact');
});

it('gives documents the height they have, within bounds', () => {
  expect(documentStyle({ width: 1, height: 200.2 })['height']).toBe('203px');
  expect(documentStyle({ width: 1, height: 3 })['height']).toBe('40px');
  expect(documentStyle({ width: 1, height: 1e9 })['height']).toBe('480px');
  expect(documentStyle(null)['height']).toBe('242px');
});

it('draws a drawing no larger than there is room for', () => {
  expect(drawingStyle({ width: 200, height: 100 }, false)).toEqual({
    width: 'min(100%, 200px, 960px)',
    aspectRatio: '200 / 100',
  });
  expect(drawingStyle(null, true)['width']).toBe('min(100%, calc(72vh * 2))');
});
