import { nextTick } from 'vue';
import type { Cell } from './model/cell.ts';

/** A cell as it is shown. */
export interface ShownCell {
  focus(): void;
  focusFrame(): void;
  /** To go on with it: into its code; text that is set stays so. */
  goTo(): void;
  /** In UTF-16 units. */
  showCode(from: number, to: number): void;
  chosenText(): string;
}

export interface CellViews {
  /** @param view null when it goes */
  readonly keep: (id: string, view: unknown) => void;
  readonly of: (cell: Cell) => ShownCell | undefined;
  /** Into its code, once it is shown. */
  readonly focusCell: (cell: Cell) => Promise<void>;
  readonly focusFrame: (cell: Cell) => Promise<void>;
  readonly goTo: (cell: Cell) => Promise<void>;
}

export const useCellViews = (): CellViews => {
  const views = new Map<string, ShownCell>();
  const of = (cell: Cell): ShownCell | undefined => views.get(cell.id);
  return {
    keep: (id, view) => {
      if (view === null) views.delete(id);
      else views.set(id, view as ShownCell);
    },
    of,
    focusCell: async (cell) => {
      await nextTick();
      of(cell)?.focus();
    },
    focusFrame: async (cell) => {
      await nextTick();
      of(cell)?.focusFrame();
    },
    goTo: async (cell) => {
      await nextTick();
      of(cell)?.goTo();
    },
  };
};
