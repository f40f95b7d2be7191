/** What happened to the sandbox, as lines for people. */
import type { RunStatus, SessionState } from '../../../shared/contract/run.ts';
import type { ProcessEndCause, SandboxEvent } from '../../../shared/contract/sandbox-events.ts';
import { printable } from '../../../shared/printable.ts';

export const TIMELINE_KINDS = ['start', 'run', 'stop', 'crash', 'outOfMemory', 'restart'] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export interface TimelineEntry {
  readonly at: number;
  readonly kind: TimelineKind;
  /** Key of the text, and what is put into it. */
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** Exit code, signal or memory reading, as reported by the system; '' when there is none. */
  readonly detail: string;
  /** What a session's code printed at its end, in one line: never to be shown as something that the app says. */
  readonly printed: string;
  readonly durationMs: number | null;
  readonly state: SessionState | null;
  readonly session: string | null;
}

const kindOfEnd = (cause: ProcessEndCause): TimelineKind => {
  switch (cause) {
    case 'out-of-memory':
      return 'outOfMemory';
    case 'exited':
    case 'unresponsive':
    case 'misbehaved':
    case 'start-failed':
    case 'stop-failed':
      return 'crash';
    case 'idle':
    case 'broken':
    case 'stopped':
      return 'stop';
  }
};

const kindOfRun = (status: RunStatus): TimelineKind => (status === 'out-of-memory' ? 'outOfMemory' : 'run');

const entry = (
  at: number,
  kind: TimelineKind,
  key: string,
  more: Partial<TimelineEntry> = {},
): TimelineEntry => ({
  at,
  kind,
  key: `activity.${key}`,
  values: {},
  detail: '',
  printed: '',
  durationMs: null,
  state: null,
  session: null,
  ...more,
});

/** Null for what is shown elsewhere or as part of another line. */
const timelineEntry = (event: SandboxEvent): TimelineEntry | null => {
  switch (event.type) {
    case 'process-started':
      return entry(event.at, 'start', event.role === 'active' ? 'processStarted' : 'spareStarted', {
        values: { pid: event.pid },
        durationMs: event.startMs,
      });
    case 'process-promoted':
      return entry(event.at, 'restart', 'promoted', { values: { pid: event.pid } });
    case 'process-ended':
      return entry(event.at, kindOfEnd(event.cause), `cause.${event.cause}`, {
        values: { pid: event.pid ?? '–' },
        detail: printable(event.detail),
      });
    case 'run-ended':
      return entry(event.at, kindOfRun(event.status), `status.${event.status}`, {
        durationMs: event.runMs,
        state: event.state,
        session: event.session,
      });
    case 'session-ended':
      return entry(event.at, 'stop', `sessionEnded.${event.why}`, {
        printed: printable(event.printed?.trim() ?? ''),
        session: event.session,
      });
    case 'state':
      return event.state.name === 'broken'
        ? entry(event.at, 'crash', 'broken', { detail: printable(event.state.reason) })
        : null;
    case 'function-called':
      return entry(event.at, 'run', `called.${event.call.outcome}`, {
        // Code may give a refused call any name.
        values: event.call.outcome === 'refused' ? {} : { name: event.call.name },
        durationMs: event.call.ms,
        session: event.session,
      });
    case 'run-began':
    case 'memory':
      return null;
  }
};

/** Newest first. */
export const timelineOf = (
  events: readonly SandboxEvent[],
  kind: TimelineKind | 'all',
): readonly TimelineEntry[] =>
  events
    .map(timelineEntry)
    .filter((found) => found !== null)
    .filter((found) => kind === 'all' || found.kind === kind)
    .reverse();
