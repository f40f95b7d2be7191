import type { SandboxEvent } from '../../../shared/sandbox-events.ts';
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

/**
 * How long it took until a process was ready again after the one that ended last before `before`; null when
 * none has come since.
 */
export const readyAgainMs = (log: readonly SandboxEvent[], before: number): number | null => {
  const end = log.findLastIndex(
    (event) => event.type === 'process-ended' && event.role === 'active' && event.at <= before,
  );
  const ended = log[end];
  if (ended === undefined) return null;
  const ready = log
    .slice(end + 1)
    .find(
      (event) =>
        event.type === 'process-promoted' || (event.type === 'process-started' && event.role === 'active'),
    );
  return ready === undefined ? null : Math.max(0, ready.at - ended.at);
};
