import type { Machine } from './machine.ts';

/** Someone who looks on wants to see it move; a log file wants few lines. */
const TERMINAL_EVERY_MS = 2_000;
const LOG_FILE_EVERY_MS = 20_000;
const MEGABYTE = 1_000_000;

export interface Progress {
  bytes(done: number): void;
  stop(): void;
}

/** Prints a line now and then: a percentage when the total is known, otherwise bytes or just the time. */
export function startProgress(
  machine: Pick<Machine, 'log' | 'isTerminal'>,
  label: string,
  totalBytes?: number,
): Progress {
  const startedAt = Date.now();
  let done = 0;
  const timer = setInterval(
    () => {
      const seconds = String(Math.round((Date.now() - startedAt) / 1000));
      machine.log(`  ${label}: ${amount(done, totalBytes)}${seconds} s`);
    },
    machine.isTerminal ? TERMINAL_EVERY_MS : LOG_FILE_EVERY_MS,
  );
  timer.unref();
  return {
    bytes: (value) => {
      done = value;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function amount(done: number, total: number | undefined): string {
  if (total !== undefined) return `${String(Math.floor((100 * done) / total))} %, `;
  return done === 0 ? '' : `${String(Math.round(done / MEGABYTE))} MB, `;
}
