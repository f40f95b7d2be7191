import { onScopeDispose, ref, watch, type Ref } from 'vue';

/**
 * The current time, in ms since the epoch, updated while it is enabled. All clocks of one pace tick together, as each
 * tick has the window drawn.
 */
export const useClock = (wanted: () => boolean, everyMs = 1000): Readonly<Ref<number>> => {
  const now = ref(Date.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  const tick = (): void => {
    now.value = Date.now();
    timer = setTimeout(tick, everyMs - (now.value % everyMs));
  };
  watch(
    wanted,
    (on) => {
      stop();
      if (on) tick();
      else now.value = Date.now();
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return now;
};
