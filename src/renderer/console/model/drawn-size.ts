/** How much of the page an output takes, as far as that can be told without reading it. */
import type { ShownOutput } from './rich-output.ts';
import { ROW_HEIGHT } from './tables/row-window.ts';

/** Elements of all outputs that are drawn at the same time. */
export const MAX_ELEMENTS = 15_000;
/** That one output is counted as having. */
export const MAX_ELEMENTS_PER_OUTPUT = MAX_ELEMENTS / 3;

export interface DrawnSize {
  /** Elements, more or less; never more than a third of the room, so that one output hides no others beside it. */
  readonly elements: number;
  /** As long as it was not drawn yet, in CSS pixels. */
  readonly height: number;
}

/** Of a grid that is not scrolled. */
const [GRID_ROWS, GRID_COLUMNS] = [20, 14];
/** Of a tree whose branches are closed. */
const TREE_ROWS = 100;
const LINE_HEIGHT = 18;
const CAPTION_HEIGHT = 32;
/** UTF-16 units of a line of JSON, with what is in it. */
const TREE_LINE = 40;
/** UTF-16 units for an element. */
const [MARKUP, FORMULA] = [16, 0.5];
const UNKNOWN_HEIGHT = 120;
const HAS_TABLE = /<table[\s>]/iu;

const sizeOf = (elements: number, height: number): DrawnSize => ({
  elements: Math.min(MAX_ELEMENTS_PER_OUTPUT, Math.ceil(elements)),
  height: Math.round(height),
});

export const drawnSize = (shown: ShownOutput): DrawnSize => {
  switch (shown.kind) {
    case 'table': {
      const { fields, keptRows } = shown.table;
      const rows = Math.min(keptRows, GRID_ROWS);
      return sizeOf(
        60 + rows * Math.min(fields.length, GRID_COLUMNS),
        Math.min(360, (rows + 2) * ROW_HEIGHT) + CAPTION_HEIGHT,
      );
    }
    case 'json': {
      const rows = Math.min(TREE_ROWS, 1 + shown.text.length / TREE_LINE);
      return sizeOf(6 * rows, LINE_HEIGHT * rows);
    }
    case 'html':
      // Only tables become elements of the page: all else is in a frame, which has a document of its own.
      return sizeOf(4 + (HAS_TABLE.test(shown.html) ? shown.html.length / MARKUP : 0), UNKNOWN_HEIGHT);
    case 'markdown':
      return sizeOf(4 + shown.text.length / MARKUP, UNKNOWN_HEIGHT);
    case 'latex':
      return sizeOf(4 + shown.text.length / FORMULA, LINE_HEIGHT * 2);
    // They give up by themselves what they draw on.
    case 'animation':
    case 'chart':
    case 'image':
      return sizeOf(40, UNKNOWN_HEIGHT);
    // Long ones are folded.
    case 'text':
      return sizeOf(60, LINE_HEIGHT * Math.min(40, 1 + shown.text.length / TREE_LINE));
  }
};
