import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue';

/** Pixels from the end that still count as being there. */
const NEAR = 24;

/** Keeps a scrolling box at its end while what is in it grows, as long as its reader is there. */
export const useStickToEnd = (
  scroller: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
): { stick: () => void } => {
  let atEnd = true;
  let lastTop = 0;
  const toEnd = (): void => {
    const box = scroller.value;
    if (atEnd && box !== null) box.scrollTop = box.scrollHeight;
  };
  const scrolled = (): void => {
    const box = scroller.value;
    if (box === null) return;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) atEnd = true;
    // What grew meanwhile has taken the end away from a reader who was there; only going up means leaving it.
    else if (box.scrollTop < lastTop) atEnd = false;
    lastTop = box.scrollTop;
  };
  const observer = new ResizeObserver(toEnd);
  const observe = (): void => {
    observer.disconnect();
    if (content.value !== null) observer.observe(content.value);
    scroller.value?.addEventListener('scroll', scrolled, { passive: true });
  };
  onMounted(observe);
  // The box comes and goes with what is shown.
  watch(content, observe);
  onBeforeUnmount(() => observer.disconnect());
  return {
    stick: () => {
      atEnd = true;
      toEnd();
    },
  };
};
