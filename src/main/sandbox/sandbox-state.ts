/**
 * The life of the sidecar as a pure state machine: no process, no timer. Effects are up to who drives it.
 */
export type SandboxState =
  | { readonly name: 'stopped' }
  | { readonly name: 'starting' }
  | { readonly name: 'ready' }
  | { readonly name: 'busy'; readonly runs: number }
  | { readonly name: 'stopping' };

export type SandboxEvent =
  | { readonly type: 'start' }
  | { readonly type: 'started' }
  | { readonly type: 'run-began' }
  | { readonly type: 'run-ended' }
  | { readonly type: 'stop' }
  /** The process is gone, expected or not, or could not be started. */
  | { readonly type: 'gone' };

const busyOrReady = (runs: number): SandboxState => (runs === 0 ? { name: 'ready' } : { name: 'busy', runs });

/** The state after the event. An event that means nothing in a state changes nothing. */
export const nextState = (state: SandboxState, event: SandboxEvent): SandboxState => {
  if (event.type === 'gone') return { name: 'stopped' };
  switch (state.name) {
    case 'stopped':
      return event.type === 'start' ? { name: 'starting' } : state;
    case 'starting':
      if (event.type === 'started') return { name: 'ready' };
      return event.type === 'stop' ? { name: 'stopping' } : state;
    case 'ready':
      if (event.type === 'run-began') return busyOrReady(1);
      return event.type === 'stop' ? { name: 'stopping' } : state;
    case 'busy':
      if (event.type === 'run-began') return busyOrReady(state.runs + 1);
      if (event.type === 'run-ended') return busyOrReady(state.runs - 1);
      return event.type === 'stop' ? { name: 'stopping' } : state;
    case 'stopping':
      return state;
  }
};
