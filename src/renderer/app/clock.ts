import { onScopeDispose, ref, watch, type Ref } from 'vue';

/** The current time, in ms since the epoch, updated while it is enabled. */
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
