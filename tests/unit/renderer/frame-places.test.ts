import { expect, it } from 'vitest';
import {
  FramePlaces,
  type FramePlace,
  type PlaceState,
} from '../../../src/renderer/console/model/frame-places.ts';
import { documentStyle, drawingStyle } from '../../../src/renderer/console/model/frame-size.ts';

class Place implements FramePlace {
  state: PlaceState = 'away';
  changes = 0;
  readonly size: number;

  constructor(size = 1) {
    this.size = size;
  }

  changed(state: PlaceState): void {
    this.state = state;
    this.changes += 1;
  }
}

const setUp = (count: number): { places: FramePlaces; all: Place[]; states: () => string } => {
  const all = Array.from({ length: count }, () => new Place());
  return { places: new FramePlaces(2), all, states: () => all.map(({ state }) => state[0]).join('') };
};

it('keeps frames that went out of sight until their places are needed', () => {
  const { all, places, states } = setUp(3);
  const [a, b, c] = all as [Place, Place, Place];
  places.enter(a);
  places.enter(b);
  places.leave(a);
  expect(states()).toBe('tta');
  places.enter(c);
  expect(states()).toBe('att');
  places.leave(b);
  places.enter(a);
  expect(states()).toBe('tat');
});

it('keeps the frame of a document that comes back into sight', () => {
  const { all, places } = setUp(1);
  const [a] = all as [Place];
  places.enter(a);
  places.leave(a);
  places.enter(a);
  expect([a.state, a.changes]).toEqual(['taken', 1]);
});

it('has no more frames than places, and gives free places to documents that wait', () => {
  const { all, places, states } = setUp(4);
  const [a, b, c, d] = all as [Place, Place, Place, Place];
  for (const place of all) places.enter(place);
  expect(states()).toBe('ttcc');
  places.leave(a);
  expect(states()).toBe('attc');
  places.drop(b);
  expect([c.state, d.state]).toEqual(['taken', 'taken']);
  // What was dropped is told nothing.
  expect(b.changes).toBe(1);
});

it('loads a document that is asked for in place of the one that was there for longest', () => {
  const { all, places, states } = setUp(3);
  const [, , c] = all as [Place, Place, Place];
  for (const place of all) places.enter(place);
  places.insist(c);
  expect(states()).toBe('ctt');
});

it('frees the place of a frame that has ended, and loads it again when asked to', () => {
  const { all, places, states } = setUp(3);
  const [a, b, c] = all as [Place, Place, Place];
  for (const place of all) places.enter(place);
  places.drop(a);
  expect([b.state, c.state]).toEqual(['taken', 'taken']);
  places.insist(a);
  expect(states()).toBe('tct');
  places.leave(c);
  expect(states()).toBe('ttt'.replace(/t$/u, 'a'));
});

it('has no more than there is room for, whatever each one takes', () => {
  const places = new FramePlaces(10);
  const [large, small, wide, tiny] = [new Place(6), new Place(3), new Place(8), new Place(1)];
  const all = [large, small, wide, tiny];
  const states = (): string => all.map(({ state }) => state[0]).join('');
  for (const place of all) places.enter(place);
  expect(states()).toBe('ttct');
  // What is out of sight goes only where that makes room enough.
  places.leave(small);
  expect(states()).toBe('ttct');
  places.leave(large);
  expect(states()).toBe('aatt');
  places.enter(large);
  expect(states()).toBe('catt');
  places.insist(large);
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
