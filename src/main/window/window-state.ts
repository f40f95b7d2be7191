import { z } from 'zod';
import type { JsonStore } from '../config/json-store.ts';

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type Bounds = z.infer<typeof Bounds>;

const StoredState = z.object({ bounds: Bounds, maximized: z.boolean() });
export type StoredState = z.infer<typeof StoredState>;

export interface WindowPlacement {
  /** Without a position the system chooses one. */
  readonly bounds: Pick<Bounds, 'height' | 'width'> & Partial<Bounds>;
  readonly maximized: boolean;
}

export const DEFAULT_SIZE = { width: 1100, height: 720 } as const;
export const SMALLEST_SIZE = { width: 760, height: 480 } as const;

/** So much of the window's top must be on a display for a person to get hold of it, in pixels. */
const GRIP = { width: 120, height: 40 } as const;

const overlap = (from: number, size: number, otherFrom: number, otherSize: number): number =>
  Math.min(from + size, otherFrom + otherSize) - Math.max(from, otherFrom);

/**
 * The bounds to open the window with: the last ones, unless they are outside of all displays now.
 *
 * @param displays the work areas of the displays that are there now
 */
export const placeWindow = (stored: unknown, displays: readonly Bounds[]): WindowPlacement => {
  const parsed = StoredState.safeParse(stored);
  if (!parsed.success) return { bounds: DEFAULT_SIZE, maximized: false };
  const { bounds, maximized } = parsed.data;
  const area = displays.find(
    ({ height, width, x, y }) =>
      overlap(bounds.x, bounds.width, x, width) >= GRIP.width &&
      overlap(bounds.y, GRIP.height, y, height) >= GRIP.height,
  );
  const largest = area ?? displays[0] ?? { ...DEFAULT_SIZE, x: 0, y: 0 };
  const size = {
    width: Math.max(SMALLEST_SIZE.width, Math.min(bounds.width, largest.width)),
    height: Math.max(SMALLEST_SIZE.height, Math.min(bounds.height, largest.height)),
  };
  return { bounds: area === undefined ? size : { x: bounds.x, y: bounds.y, ...size }, maximized };
};

/** Never rejects: without a state, or with one that can't be read, there is none. */
export const readWindowState = async (store: JsonStore): Promise<unknown> => (await store.read()).document;

/** Never rejects: without saved bounds the defaults are used. */
export const saveWindowState = (store: JsonStore, state: StoredState): Promise<void> =>
  store.write({ ...state }).catch(() => undefined);
