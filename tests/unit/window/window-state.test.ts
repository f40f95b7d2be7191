import { describe, expect, it } from 'vitest';
import { DEFAULT_SIZE, placeWindow, SMALLEST_SIZE } from '../../../src/main/window/window-state.ts';

const LEFT = { x: 0, y: 0, width: 1920, height: 1080 };
const RIGHT = { x: 1920, y: 0, width: 1280, height: 1024 };
const BOUNDS = { x: 100, y: 50, width: 1200, height: 800 };

const place = (bounds: unknown, displays = [LEFT, RIGHT]): unknown =>
  placeWindow({ bounds, maximized: false, version: 0 }, displays).bounds;

it('opens where it was, on any display', () => {
  expect(placeWindow({ bounds: BOUNDS, maximized: true }, [LEFT])).toEqual({
    bounds: BOUNDS,
    maximized: true,
  });
  expect(place({ ...BOUNDS, x: 2000 })).toEqual({ ...BOUNDS, x: 2000 });
});

describe('keeps its size, but lets the system choose the place', () => {
  it.each([
    ['the display is gone', { ...BOUNDS, x: 2000 }, [LEFT]],
    ['only an edge would be seen', { ...BOUNDS, x: -1150 }, [LEFT]],
    ['its title would be above all displays', { ...BOUNDS, y: -100 }, [LEFT]],
    ['its title would be below them', { ...BOUNDS, y: 1075 }, [LEFT]],
  ])('when %s', (_what, bounds, displays) => {
    expect(place(bounds, displays)).toEqual({ width: BOUNDS.width, height: BOUNDS.height });
  });
});

it('fits onto the display, and is never smaller than it can be used', () => {
  expect(place({ ...BOUNDS, width: 5000, height: 5000 })).toEqual({ ...BOUNDS, width: 1920, height: 1080 });
  expect(place({ ...BOUNDS, width: 300, height: 200 })).toEqual({ ...BOUNDS, ...SMALLEST_SIZE });
});

it.each([null, undefined, [], 'text', { bounds: 1 }, { bounds: { ...BOUNDS, x: 'a' }, maximized: false }])(
  'opens as at first when what was stored is %j',
  (stored) => {
    expect(placeWindow(stored, [LEFT])).toEqual({ bounds: DEFAULT_SIZE, maximized: false });
  },
);
