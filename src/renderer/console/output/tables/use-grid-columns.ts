import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue';
import { fittingWidth, WIDTH } from '../../model/tables/column-widths.ts';
import type { ShownTable } from '../../../../shared/contract/table.ts';

export interface DrawnColumn {
  readonly field: number;
  /** CSS pixels. */
  readonly size: number;
  /** From the first column that is no index, in CSS pixels. */
  readonly start: number;
}

/** Where the columns of a grid are, in CSS pixels: those of the index, and of the others those in sight. */
export interface GridColumns {
  readonly indexFields: readonly number[];
  readonly indexWidths: ComputedRef<readonly number[]>;
  readonly indexStarts: ComputedRef<readonly number[]>;
  /** Whether the index stays while the others scroll: otherwise little would be left for them. */
  readonly isFrozen: ComputedRef<boolean>;
  readonly drawn: ComputedRef<readonly DrawnColumn[]>;
  readonly totalWidth: ComputedRef<number>;
  readonly widthOf: (field: number) => number;
  readonly setWidth: (field: number, pixels: number) => void;
  /** Scrolls until all of a column is in sight, if there is room for it. */
  readonly reveal: (field: number) => void;
}

/** Of the width of the grid, for an index that stays. */
const FROZEN_SHARE = 0.6;

const sumOf = (widths: readonly number[]): number => widths.reduce((sum, one) => sum + one, 0);

/** @param width of the box that scrolls, in CSS pixels */
export const useGridColumns = (
  table: ShownTable,
  scroller: Readonly<Ref<HTMLElement | null>>,
  width: Readonly<Ref<number>>,
): GridColumns => {
  const changed = shallowRef<ReadonlyMap<number, number>>(new Map());
  const fitting = new Map<number, number>();
  const widthOf = (field: number): number => {
    const known = changed.value.get(field) ?? fitting.get(field);
    if (known !== undefined) return known;
    const fits = fittingWidth(table, field);
    fitting.set(field, fits);
    return fits;
  };
  const indexFields = Array.from({ length: table.levels }, (_, field) => field);
  const indexWidths = computed(() => indexFields.map(widthOf));
  const indexWidth = computed(() => sumOf(indexWidths.value));
  const indexStarts = computed(() => indexWidths.value.map((_, at) => sumOf(indexWidths.value.slice(0, at))));
  const isFrozen = computed(() => indexWidth.value < width.value * FROZEN_SHARE);
  const columns = useVirtualizer(
    computed(() => ({
      horizontal: true,
      count: table.fields.length - table.levels,
      getScrollElement: () => scroller.value,
      estimateSize: (column: number) => widthOf(column + table.levels),
      overscan: 2,
    })),
  );
  watch(changed, () => columns.value.measure());
  const drawn = computed(() =>
    columns.value
      .getVirtualItems()
      .map(({ index, size, start }) => ({ field: index + table.levels, size, start })),
  );
  return {
    indexFields,
    indexWidths,
    indexStarts,
    isFrozen,
    drawn,
    totalWidth: computed(() => indexWidth.value + columns.value.getTotalSize()),
    widthOf,
    setWidth: (field, pixels) => {
      const bounded = Math.max(WIDTH.min, Math.min(WIDTH.max, pixels));
      changed.value = new Map([...changed.value, [field, bounded]]);
    },
    reveal: (field) => {
      const box = scroller.value;
      if (box === null) return;
      if (field < table.levels) {
        if (!isFrozen.value) box.scrollLeft = indexStarts.value[field] ?? 0;
        return;
      }
      const start = sumOf(
        Array.from({ length: field - table.levels }, (_, at) => widthOf(at + table.levels)),
      );
      const room = box.clientWidth - (isFrozen.value ? indexWidth.value : 0);
      const from = isFrozen.value ? start : start + indexWidth.value;
      const end = from + widthOf(field) - room;
      if (box.scrollLeft > from || widthOf(field) > room) box.scrollLeft = from;
      else if (box.scrollLeft < end) box.scrollLeft = end;
    },
  };
};
