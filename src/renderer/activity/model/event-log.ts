import type { SandboxEvent } from '../../../shared/contract/sandbox-events.ts';
import { CHART_MS } from './memory-chart.ts';

const KEPT = 2000;

/** Appends events in order. Memory readings are kept for the time span of the chart, other events up to a maximum number. */
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
  /** How the process ended, as reported by the system. */
  readonly detail: string;
  /** Time until another process was ready; null when there was none since. */
  readonly readyMs: number | null;
}

/** How long before the end of a process was noticed its replacement may have taken over, in ms. */
const EARLY_MS = 5000;

/** Details of the death of the process that ended a run at `runEndedAt`; null when there was none. */
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
