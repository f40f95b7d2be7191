import type { SandboxEvent } from '../../../shared/contract/sandbox-events.ts';
import { CHART_MS } from './memory-chart.ts';

const KEPT = 2000;

/** Adds events in their order; memory is kept for as long as it is drawn, the rest up to a number. */
export const addEvents = (
  log: readonly SandboxEvent[],
  added: readonly SandboxEvent[],
  now: number,
): readonly SandboxEvent[] => {
  const all = [...log, ...added].filter((event) => event.type !== 'memory' || event.at >= now - CHART_MS);
  const others = all.filter((event) => event.type !== 'memory').length;
  let excess = Math.max(0, others - KEPT);
  return all.filter((event) => {
    if (event.type === 'memory' || excess === 0) return true;
    excess -= 1;
    return false;
  });
};

type ProcessEnded = Extract<SandboxEvent, { type: 'process-ended' }>;

export interface Recovery {
  /** How the process ended, as the system tells it. */
  readonly detail: string;
  /** Until another one was ready; null when none has come since. */
  readonly readyMs: number | null;
}

/** A spare may have taken over before the end of the other process was seen, this many ms at most. */
const EARLY_MS = 5000;

/** What is known of the death of a process that ended a run at `runEndedAt`; null when none did. */
export const recoveryOf = (log: readonly SandboxEvent[], runEndedAt: number): Recovery | null => {
  const died = log.findLast(
    (event): event is ProcessEnded =>
      event.type === 'process-ended' && event.role === 'active' && event.at <= runEndedAt,
  );
  if (died === undefined) return null;
  const ready = log.find(
    (event) =>
      (event.type === 'process-promoted' && event.at >= died.at - EARLY_MS && event.pid !== died.pid) ||
      (event.type === 'process-started' && event.role === 'active' && event.at >= died.at),
  );
  return { detail: died.detail, readyMs: ready === undefined ? null : Math.max(0, ready.at - died.at) };
};
