/** For the tests that assume a breach. */
import type { ProbeResult } from '../../src/shared/contract/probes.ts';

/** What was not refused, for a failure's message. */
export const openOnes = (probes: readonly ProbeResult[]): string[] =>
  probes.filter(({ refused }) => !refused).map(({ name, where, how }) => `${name} (${where}): ${how}`);
