import { describe, expect, it } from 'vitest';
import { nextState, type SandboxTransition } from '../../../../src/main/sandbox/process/sandbox-state.ts';
import { SandboxState } from '../../../../src/shared/contract/sandbox-events.ts';
import { makeRandom } from '../../../support/random.ts';

type Type = SandboxTransition['type'];

const TYPES: Type[] = [
  ...(['start', 'started', 'run-began', 'run-ended', 'silent', 'answered', 'stop', 'gone'] as const),
  ...(['broke', 'restart'] as const),
];
const STATES: SandboxState[] = [
  { name: 'stopped' },
  { name: 'starting' },
  { name: 'ready' },
  { name: 'busy', runs: 1 },
  { name: 'busy', runs: 3 },
  { name: 'unresponsive', runs: 0 },
  { name: 'unresponsive', runs: 2 },
  { name: 'stopping' },
  { name: 'broken', reason: 'r' },
];
const text = (state: SandboxState): string => ('runs' in state ? `${state.name} ${state.runs}` : state.name);
const transition = (type: Type): SandboxTransition => (type === 'broke' ? { type, reason: 'r' } : { type });

/** What changes something; every other pair of state and transition leaves the state as it is. */
const CHANGES: Record<string, Partial<Record<Type, string>>> = {
  stopped: { start: 'starting' },
  starting: { started: 'ready', stop: 'stopping' },
  ready: { 'run-began': 'busy 1', silent: 'unresponsive 0', stop: 'stopping' },
  'busy 1': { 'run-began': 'busy 2', 'run-ended': 'ready', silent: 'unresponsive 1', stop: 'stopping' },
  'busy 3': { 'run-began': 'busy 4', 'run-ended': 'busy 2', silent: 'unresponsive 3', stop: 'stopping' },
  'unresponsive 0': {
    ...{ 'run-began': 'unresponsive 1', 'run-ended': 'unresponsive 0' },
    ...{ answered: 'ready', stop: 'stopping' },
  },
  'unresponsive 2': {
    ...{ 'run-began': 'unresponsive 3', 'run-ended': 'unresponsive 1' },
    ...{ answered: 'busy 2', stop: 'stopping' },
  },
  stopping: {},
  broken: { restart: 'stopped' },
};

const expectedAfter = (state: SandboxState, type: Type): string => {
  if (type === 'broke') return 'broken';
  if (type === 'gone' && state.name !== 'broken') return 'stopped';
  return CHANGES[text(state)]?.[type] ?? text(state);
};

describe('the state machine', () => {
  for (const state of STATES) {
    for (const type of TYPES) {
      const expected = expectedAfter(state, type);
      it(`${text(state)} + ${type} = ${expected}`, () => {
        expect(text(nextState(state, transition(type)))).toBe(expected);
      });
    }
  }

  it('never counts below one run, nor has any other state, whatever events come', () => {
    const random = makeRandom(1);
    let state: SandboxState = { name: 'stopped' };
    for (let step = 0; step < 20_000; step++) {
      state = nextState(state, transition(TYPES[Math.floor(random() * TYPES.length)] ?? 'start'));
      SandboxState.parse(state);
      if (state.name === 'busy') expect(state.runs).toBeGreaterThan(0);
    }
  });
});
