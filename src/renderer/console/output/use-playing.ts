import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

export interface Playable {
  /** What has to be in sight: nothing moves, and nothing is drawn, where nobody sees it. */
  readonly root: Readonly<Ref<HTMLElement | null>>;
  /** The frame that is shown, counted from 0. */
  readonly place: Ref<number>;
  /** Whether it is meant to move, and to begin again at its end: the same where it is seen in two sizes. */
  readonly isPlaying: Ref<boolean>;
  readonly repeats: Ref<boolean>;
  readonly count: () => number;
  readonly intervalMs: () => number;
  readonly halted: () => boolean;
  /** Settles when the frame can be seen: the next one waits for it. */
  readonly drawn: () => Promise<void>;
}

export interface Playing {
  readonly isInSight: Readonly<Ref<boolean>>;
  readonly toggle: () => void;
  /** Stops there. */
  readonly goTo: (place: number) => void;
}

/** Whether an animation begins by itself: not where the system's user wants nothing to move. */
export const beginsPlaying = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Goes through frames with time. */
export const usePlaying = (playable: Playable): Playing => {
  const { count, drawn, halted, intervalMs, isPlaying, place, repeats, root } = playable;
  const isInSight = ref(false);
  const isPageSeen = ref(document.visibilityState === 'visible');
  const moves = computed(() => isPlaying.value && isInSight.value && isPageSeen.value && !halted());

  let timer: ReturnType<typeof setTimeout> | undefined;
  let isGone = false;
  const next = (): void => {
    if (place.value < count() - 1) place.value += 1;
    else if (repeats.value) place.value = 0;
    else isPlaying.value = false;
  };
  const wait = (ms: number): void => {
    timer = setTimeout(async () => {
      next();
      const begun = performance.now();
      await drawn();
      if (moves.value && !isGone) {
        clearTimeout(timer);
        wait(Math.max(0, intervalMs() - (performance.now() - begun)));
      }
    }, ms);
  };
  watch(moves, (on) => {
    clearTimeout(timer);
    if (on) wait(intervalMs());
  });

  const observer = new IntersectionObserver((entries) => {
    isInSight.value = entries.at(-1)?.isIntersecting ?? false;
  });
  const seen = (): void => {
    isPageSeen.value = document.visibilityState === 'visible';
  };
  onMounted(() => {
    if (root.value !== null) observer.observe(root.value);
    document.addEventListener('visibilitychange', seen);
  });
  onBeforeUnmount(() => {
    clearTimeout(timer);
    isGone = true;
    observer.disconnect();
    document.removeEventListener('visibilitychange', seen);
  });

  return {
    isInSight,
    toggle: () => {
      if (!isPlaying.value && place.value === count() - 1) place.value = 0;
      isPlaying.value = !isPlaying.value;
    },
    goTo: (to) => {
      isPlaying.value = false;
      place.value = to;
    },
  };
};
