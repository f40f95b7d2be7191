/** Text of the status bar about the state of the runtime. */
import type { ProcessEndCause, SandboxState } from '../../shared/contract/sandbox-events.ts';
import type { Translate } from '../../shared/translate.ts';

export interface SandboxStatusText {
  readonly text: string;
  readonly tone: 'good' | 'active' | 'waiting' | 'off' | 'bad';
}

export interface SandboxNow {
  readonly state: SandboxState;
  /** Whether code runs in the sidecar; otherwise its state says nothing about runs. */
  readonly supervised: boolean;
  /** What waits for an answer of the user's, in words; '' when nothing does. */
  readonly waiting: string;
  /** Whether code runs that was asked for here. */
  readonly isRunning: boolean;
  /** Why the last process ended; null when none has. */
  readonly lastEnd: ProcessEndCause | null;
}

export const sandboxStatusText = (
  t: Translate,
  { state, supervised, isRunning, lastEnd, waiting }: SandboxNow,
): SandboxStatusText => {
  if (waiting !== '' && (!supervised || state.name === 'busy')) return { text: waiting, tone: 'waiting' };
  if (!supervised) {
    return isRunning
      ? { text: t('status.running'), tone: 'active' }
      : { text: t('status.idle'), tone: 'off' };
  }
  switch (state.name) {
    case 'stopped':
      return lastEnd === null || lastEnd === 'idle'
        ? { text: t('status.idle'), tone: 'off' }
        : { text: t('status.stopped', { reason: t(`status.cause.${lastEnd}`) }), tone: 'off' };
    case 'starting':
      return { text: t(lastEnd === null ? 'status.starting' : 'status.restarting'), tone: 'waiting' };
    case 'ready':
      return { text: t('status.ready'), tone: 'good' };
    case 'busy':
      return { text: t('status.running'), tone: 'active' };
    case 'unresponsive':
      return { text: t('status.unresponsive'), tone: 'bad' };
    case 'stopping':
      return { text: t('status.stopping'), tone: 'waiting' };
    case 'broken':
      return { text: t('status.stopped', { reason: t('status.cause.broken') }), tone: 'bad' };
  }
};
