import { inspect } from 'node:util';
import type { ProbeTargets } from '../../shared/protocol/probe-protocol.ts';
import type { ProbeGroup, ProbeThread, ProbeResult } from '../../shared/contract/probes.ts';

/** Something that must be refused: it throws or rejects then, and otherwise gives what it got hold of. */
export interface Probe {
  readonly name: string;
  readonly group: ProbeGroup;
  readonly attempt: (targets: ProbeTargets) => unknown;
}

/** Longest wait for one probe, in ms. No answer is a refusal: what listens counts who came. */
const PATIENCE_MS = 1500;
const MAX_HOW = 200;

const withinPatience = async (work: unknown): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const inWords = (value: unknown): string => {
  if (value instanceof Error) {
    const code = 'code' in value ? String(value.code) : value.message;
    return value.cause instanceof Error ? `${code}: ${inWords(value.cause)}` : code;
  }
  return typeof value === 'string' ? value : inspect(value);
};

/** One after the other: none is to be disturbed by what another has done. */
export const runProbes = async (
  probes: readonly Probe[],
  where: ProbeThread,
  targets: ProbeTargets,
): Promise<ProbeResult[]> => {
  const results: ProbeResult[] = [];
  for (const { name, group, attempt } of probes) {
    let refused = false;
    let how: unknown;
    try {
      how = await withinPatience(Promise.resolve(targets).then(attempt));
    } catch (error) {
      refused = true;
      how = error;
    }
    results.push({ name, group, where, refused, how: inWords(how).slice(0, MAX_HOW) });
  }
  return results;
};
