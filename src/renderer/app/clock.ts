import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** The time, in ms since the epoch, moving on while it is wanted. */
export const useClock = (wanted: () => boolean, everyMs = 250): Readonly<Ref<number>> => {
  const now = ref(Date.now());
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => clearInterval(timer);
  watch(
    wanted,
    (on) => {
      stop();
      now.value = Date.now();
      if (on) timer = setInterval(() => (now.value = Date.now()), everyMs);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  return now;
};
