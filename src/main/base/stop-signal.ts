import { setMaxListeners } from 'node:events';
import type { AbortSignalLike } from '../../shared/rpc/abort.ts';
import type { Clock } from './clock.ts';

/** Why waiting ended before the work did. */
export type Stop = 'cancelled' | 'deadline';

export type Raced<T> = { readonly stopped: null; readonly value: T } | { readonly stopped: Stop };

/** For a signal with many listeners at once, which is no leak: Node must not warn. */
export const sharedController = (): AbortController => {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
};

/** A signal that aborts with the first of its sources. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** To be called when it is no longer needed, so that long-lived sources keep no listener. */
  readonly unlink: () => void;
}

/** Like `AbortSignal.any`, which leaves a listener at its sources each time. */
export const linkSignals = (...sources: readonly AbortSignal[]): LinkedSignal => {
  const controller = new AbortController();
  const abort = (): void => controller.abort(sources.find(({ aborted }) => aborted)?.reason);
  const unlink = (): void => {
    for (const source of sources) source.removeEventListener('abort', abort);
  };
  for (const source of sources) source.addEventListener('abort', abort, { once: true });
  if (sources.some(({ aborted }) => aborted)) abort();
  return { signal: controller.signal, unlink };
};

/**
 * Waits for work, but not longer than `limitMs` and not once a signal aborts. The work itself goes on: to
 * end it is up to the caller.
 */
export const raceStop = <T>(
  work: Promise<T>,
  clock: Clock,
  limitMs: number,
  ...signals: readonly AbortSignalLike[]
): Promise<Raced<T>> =>
  new Promise((resolve, reject) => {
    const settle = (): void => {
      cancelDeadline();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      settle();
      resolve({ stopped: 'cancelled' });
    };
    const cancelDeadline = clock.after(limitMs, () => {
      settle();
      resolve({ stopped: 'deadline' });
    });
    for (const signal of signals) signal.addEventListener('abort', onAbort);
    if (signals.some(({ aborted }) => aborted)) onAbort();
    work.then(
      (value) => {
        settle();
        resolve({ stopped: null, value });
      },
      (error: unknown) => {
        settle();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
