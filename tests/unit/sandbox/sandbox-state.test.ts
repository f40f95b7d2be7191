import { describe, expect, it } from 'vitest';
import { nextState, type SandboxEvent, type SandboxState } from '../../../src/main/sandbox/sandbox-state.ts';
import { makeRandom } from './support.ts';

const EVENTS: SandboxEvent['type'][] = ['start', 'started', 'run-began', 'run-ended', 'stop', 'gone'];
const STATES: SandboxState[] = [
  { name: 'stopped' },
  { name: 'starting' },
  { name: 'ready' },
  { name: 'busy', runs: 1 },
  { name: 'busy', runs: 3 },
  { name: 'stopping' },
];
const text = (state: SandboxState): string => (state.name === 'busy' ? `busy ${state.runs}` : state.name);

/** What changes something; every other pair of state and event leaves the state as it is. */
const CHANGES: Record<string, Partial<Record<SandboxEvent['type'], string>>> = {
  stopped: { start: 'starting' },
  starting: { started: 'ready', stop: 'stopping' },
  ready: { 'run-began': 'busy 1', stop: 'stopping' },
  'busy 1': { 'run-began': 'busy 2', 'run-ended': 'ready', stop: 'stopping' },
  'busy 3': { 'run-began': 'busy 4', 'run-ended': 'busy 2', stop: 'stopping' },
  stopping: {},
};

describe('the state machine', () => {
  for (const state of STATES) {
    for (const type of EVENTS) {
      const expected = type === 'gone' ? 'stopped' : (CHANGES[text(state)]?.[type] ?? text(state));
      it(`${text(state)} + ${type} = ${expected}`, () => {
        const next = nextState(state, { type });
        expect(text(next)).toBe(expected);
        if (expected === text(state) && type !== 'gone') expect(next).toBe(state);
      });
    }
  }

  it('never counts below one run nor leaves its states, whatever comes', () => {
    const random = makeRandom(1);
    let state: SandboxState = { name: 'stopped' };
    for (let step = 0; step < 20_000; step++) {
      state = nextState(state, { type: EVENTS[Math.floor(random() * EVENTS.length)] ?? 'start' });
      expect(['stopped', 'starting', 'ready', 'busy', 'stopping']).toContain(state.name);
      if (state.name === 'busy') expect(state.runs).toBeGreaterThan(0);
    }
  });
});
