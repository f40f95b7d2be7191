import { expect, it } from 'vitest';
import { SandboxEvent } from '../../../src/shared/contract/sandbox-events.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const ended = (printed: string): unknown => ({
  type: 'session-ended',
  at: 1,
  session: 'a',
  runtime: 'embedded',
  why: 'idle',
  printed,
});

it('what a session printed at its end is of the length that is told of it, and no longer', () => {
  const longest = 'x'.repeat(LIMITS.endTextBytes);
  expect(SandboxEvent.safeParse(ended(longest)).success).toBe(true);
  expect(SandboxEvent.safeParse(ended(`${longest}x`)).success).toBe(false);
});
