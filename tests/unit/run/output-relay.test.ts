import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { OutputRelay } from '../../../src/main/run/output-relay.ts';

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('waiting until all output was passed on', () => {
  it('leaves no listener at a signal that lives longer', async () => {
    const { signal } = new AbortController();
    const relay = new OutputRelay();
    const passed: number[] = [];
    for (const number of [1, 2, 3]) {
      relay.push(() => void passed.push(number));
      const drained = relay.drained(signal);
      expect(listenersOf(signal)).toBe(1);
      await drained;
      expect(listenersOf(signal)).toBe(0);
    }
    expect(passed).toEqual([1, 2, 3]);
  });

  it.each(['before', 'while'])(
    'is over when the signal aborts %s it waits for a listener that has stalled',
    async (when) => {
      const stop = new AbortController();
      const relay = new OutputRelay();
      relay.push(() => new Promise(() => undefined));
      if (when === 'before') stop.abort();
      const drained = relay.drained(stop.signal);
      stop.abort();
      await drained;
      expect(listenersOf(stop.signal)).toBe(0);
    },
  );
});
