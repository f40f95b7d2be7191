import { nextTick, onBeforeUnmount, onMounted, provide, watch, type Ref } from 'vue';
import { useServices } from '../../app/services.ts';
import { isDialogOpen } from '../../shared/open-dialog.ts';
import type { Cell } from '../model/cell.ts';
import { setHidden } from '../model/collapsed.ts';
import type { Match } from '../model/find/cell-search.ts';
import { FIND_STATE } from '../model/find/find-state.ts';
import './find.css';
import { Marks } from './marks.ts';
import { scrollToRange } from './scroll-to.ts';

/** Where cells are shown. */
export interface FoundViews {
  /** Brings a part of a cell's code into sight, in UTF-16 units; the keyboard stays where it is. */
  showCode(cell: Cell, from: number, to: number): void;
  /** A text that is marked in it; '' for none. */
  chosenText(cell: Cell): string;
  /** The page is to stay where it is brought to. */
  holdStill(): void;
}

export interface FindingActions {
  open(): void;
  close(): void;
}

/** Frames until a place that has to be drawn first is given up. */
const MAX_FRAMES = 60;
const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

/** What has the keyboard, also inside of an editor. */
const focused = (): HTMLElement | null => {
  let element = document.activeElement;
  for (let inner = element; inner !== null; inner = inner.shadowRoot?.activeElement ?? null) element = inner;
  return element instanceof HTMLElement && element !== document.body ? element : null;
};

/** The keys of the search, and what is shown of what it finds. @param scroller the box with the cells */
export const useFinding = (
  scroller: Readonly<Ref<HTMLElement | null>>,
  views: FoundViews,
): FindingActions => {
  const { console: store, finder, info, view } = useServices();
  provide(FIND_STATE, finder);

  /** Where the keyboard was before. */
  let before: HTMLElement | null = null;
  const isInBar = (element: HTMLElement | null): boolean => (element?.closest('search') ?? null) !== null;
  const chosen = (): string => {
    const cell = store.active.value?.current ?? null;
    const inCode =
      cell === null || (focused()?.closest('.cm-content') ?? null) === null ? '' : views.chosenText(cell);
    const text = inCode === '' ? (document.getSelection()?.toString() ?? '') : inCode;
    return text.includes('\n') ? '' : text.slice(0, 200);
  };
  const open = (): void => {
    // The menu reaches what is under a dialog, which the pointer and the keyboard do not.
    if (isDialogOpen()) return;
    view.value = 'console';
    const isElsewhere = !isInBar(focused());
    if (isElsewhere) before = focused();
    finder.open(store.active.value?.current ?? null, isElsewhere ? chosen() : '');
  };
  const close = (): void => {
    const match = finder.current.value;
    // What was opened for the last match stays open.
    if (match !== null) setHidden(match.cell, match.item === null ? 'code' : 'outputs', false);
    finder.close();
    if (before?.isConnected === true && before.checkVisibility()) before.focus({ preventScroll: true });
    else {
      const cell = store.active.value?.current ?? store.active.value?.cells[0];
      if (cell !== undefined) store.focusWish.value = { kind: 'frame', cell };
    }
    before = null;
  };

  const pressed = (event: KeyboardEvent): void => {
    if (view.value !== 'console' || event.altKey || isDialogOpen()) return;
    const isMac = info.value?.platform === 'darwin';
    const isWithMod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    const key = event.key.toLowerCase();
    if (isWithMod && !event.shiftKey && key === 'f') open();
    else if (event.key === 'F3' || (isMac && isWithMod && key === 'g')) {
      if (finder.isOpen.value) finder.go(event.shiftKey ? -1 : 1);
      else open();
    } else return;
    event.preventDefault();
  };
  onMounted(() => window.addEventListener('keydown', pressed));
  onBeforeUnmount(() => window.removeEventListener('keydown', pressed));

  watch(finder.wished, open);

  let marks: Marks | null = null;
  const showMarks = (): void => {
    const pattern = finder.pattern.value;
    const current = finder.current.value;
    const isInOutput = current !== null && current.item !== null;
    marks?.show(
      pattern === null
        ? null
        : {
            pattern,
            place: isInOutput ? { key: current.key, from: current.from, length: pattern.units.length } : null,
          },
    );
  };
  watch(
    scroller,
    (box) => {
      marks?.show(null);
      marks = box === null ? null : new Marks(box);
      showMarks();
    },
    { flush: 'post' },
  );
  watch([finder.pattern, finder.current], showMarks, { flush: 'post' });
  onBeforeUnmount(() => marks?.show(null));

  const showInOutput = async (match: Match): Promise<void> => {
    const box = scroller.value;
    if (box === null) return;
    // What is folded or far away in a long text has to be drawn first.
    for (let frames = 0; frames < MAX_FRAMES && finder.current.value === match; frames += 1) {
      await frame();
      const range = marks?.current() ?? null;
      if (range !== null) {
        scrollToRange(range, box);
        // Rows that were drawn for it may have other heights than they were taken to have.
        await frame();
        const settled = marks?.current() ?? null;
        if (settled !== null) scrollToRange(settled, box);
        return;
      }
      if (frames === 2) box.querySelector('[data-found]')?.scrollIntoView({ block: 'nearest' });
    }
  };
  watch(
    finder.shown,
    async (shown) => {
      if (shown === null) return;
      const { match } = shown;
      views.holdStill();
      // A part that was collapsed is opened for it.
      await nextTick();
      const length = finder.pattern.value?.units.length ?? 0;
      if (match.item === null) views.showCode(match.cell, match.from, match.from + length);
      else await showInOutput(match);
    },
    { flush: 'post' },
  );
  return { open, close };
};
