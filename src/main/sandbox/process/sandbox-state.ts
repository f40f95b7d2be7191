import type { SandboxState } from '../../../shared/contract/sandbox-events.ts';

/**
 * The life cycle of the sandbox as a pure state machine, without processes and timers; the caller carries out the effects.
 */
export type SandboxTransition =
  | { readonly type: 'start' }
  | { readonly type: 'started' }
  | { readonly type: 'run-began' }
  | { readonly type: 'run-ended' }
  /** The process does not answer its heartbeat. */
  | { readonly type: 'silent' }
  | { readonly type: 'answered' }
  | { readonly type: 'stop' }
  /** The process is gone, expected or not, or could not be started. */
  | { readonly type: 'gone' }
  /** Too many crashes: nothing is started until a restart is asked for. */
  | { readonly type: 'broke'; readonly reason: string }
  /** A restart was asked for. */
  | { readonly type: 'restart' };

const busyOrReady = (runs: number): SandboxState => (runs <= 0 ? { name: 'ready' } : { name: 'busy', runs });

/** The state after the transition. Transitions that do not apply to a state leave it unchanged. */
export const nextState = (state: SandboxState, transition: SandboxTransition): SandboxState => {
  if (transition.type === 'broke') return { name: 'broken', reason: transition.reason };
  if (state.name === 'broken') return transition.type === 'restart' ? { name: 'stopped' } : state;
  if (transition.type === 'gone') return { name: 'stopped' };
  switch (state.name) {
    case 'stopped':
      return transition.type === 'start' ? { name: 'starting' } : state;
    case 'starting':
      if (transition.type === 'started') return { name: 'ready' };
      return transition.type === 'stop' ? { name: 'stopping' } : state;
    case 'ready':
      if (transition.type === 'run-began') return busyOrReady(1);
      if (transition.type === 'silent') return { name: 'unresponsive', runs: 0 };
      return transition.type === 'stop' ? { name: 'stopping' } : state;
    case 'busy':
      if (transition.type === 'run-began') return busyOrReady(state.runs + 1);
      if (transition.type === 'run-ended') return busyOrReady(state.runs - 1);
      if (transition.type === 'silent') return { name: 'unresponsive', runs: state.runs };
      return transition.type === 'stop' ? { name: 'stopping' } : state;
    case 'unresponsive':
      if (transition.type === 'run-began') return { ...state, runs: state.runs + 1 };
      if (transition.type === 'run-ended') return { ...state, runs: Math.max(0, state.runs - 1) };
      if (transition.type === 'answered') return busyOrReady(state.runs);
      return transition.type === 'stop' ? { name: 'stopping' } : state;
    case 'stopping':
      return state;
  }
};
