import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue';

/** Pixels from the end that still count as being there. */
const NEAR = 24;

export interface ScrollPosition {
  /** Goes to the end, and stays there. */
  readonly stick: () => void;
  /** Goes to where one was, also while what is above it is still being drawn. @param top null for the end */
  readonly place: (top: number | null) => void;
  /** Stays where it is brought to now, also while something grows. */
  readonly holdStill: () => void;
}

/**
 * Keeps a scrolling box at its end while what is in it grows, as long as its reader is there.
 *
 * @param onPlace told where the reader is, in CSS pixels from the top; null for the end
 */
export const useStickToEnd = (
  scroller: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
  onPlace: (top: number | null) => void,
): ScrollPosition => {
  let atEnd = true;
  let lastTop = 0;
  /** Where it is to be until its reader does something. */
  let held: number | null = null;
  const settle = (): void => {
    const box = scroller.value;
    if (box === null) return;
    if (held !== null) box.scrollTop = held;
    else if (atEnd) box.scrollTop = box.scrollHeight;
  };
  const scrolled = (): void => {
    const box = scroller.value;
    // Out of sight it has no height.
    if (box === null || box.clientHeight === 0 || held !== null) return;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) atEnd = true;
    // What grew meanwhile has taken the end away from a reader who was there; only going up means leaving it.
    else if (box.scrollTop < lastTop) atEnd = false;
    lastTop = box.scrollTop;
    onPlace(atEnd ? null : box.scrollTop);
  };
  const release = (): void => {
    held = null;
  };
  const observer = new ResizeObserver(settle);
  const observe = (): void => {
    observer.disconnect();
    if (content.value !== null) observer.observe(content.value);
    scroller.value?.addEventListener('scroll', scrolled, { passive: true });
    for (const name of ['wheel', 'pointerdown', 'keydown']) {
      scroller.value?.addEventListener(name, release, { passive: true });
    }
  };
  onMounted(observe);
  // The box comes and goes with what is shown.
  watch(content, observe);
  onBeforeUnmount(() => observer.disconnect());
  const stick = (): void => {
    held = null;
    atEnd = true;
    settle();
  };
  return {
    stick,
    holdStill: () => {
      held = null;
      atEnd = false;
    },
    place: (top) => {
      if (top === null) {
        stick();
        return;
      }
      held = top;
      atEnd = false;
      lastTop = top;
      settle();
    },
  };
};
