import { readFileSync } from 'node:fs';
import process from 'node:process';
import { identify } from '../../src/main/base/process-table.ts';
import { inTime } from './in-time.ts';
import { percentile } from './measures.ts';
import type { OrderOf, ReportOf } from './order.ts';
import { inWords, soakedSandbox, type Surroundings } from './soaked-sandbox.ts';

const TOLD_EVERY = 25;

/** The process again and again, locked down, with one answer each. */
export const soakStarts = async (
  { count, outDir }: OrderOf<'starts'>,
  surroundings: Surroundings,
): Promise<ReportOf<'starts'>> => {
  const { lost, sandbox } = soakedSandbox(outDir, surroundings);
  const seen = new Set<string>();
  const times: number[] = [];
  const wrong: string[] = [];
  let [good, hung] = [0, 0];
  for (let start = 1; start <= count; start++) {
    const begun = performance.now();
    const result = await inTime(sandbox.run({ code: '1+1' }));
    times.push(performance.now() - begun);
    const { pid } = sandbox;
    // Not by its pid alone: the system gives these out again.
    const identity = pid === null ? null : JSON.stringify(identify(pid));
    if (result === 'hung') hung++;
    else if (result.value?.json !== 2) wrong.push(`start ${start}: ${inWords(result)}`);
    else if (pid === null || identity === null || seen.has(identity))
      wrong.push(`start ${start}: no process of its own`);
    else if (!isLockedDown(pid)) wrong.push(`start ${start}: not locked down`);
    else good++;
    if (identity !== null) seen.add(identity);
    if (start % TOLD_EVERY === 0) surroundings.log(`${start} of ${count} starts`);
    if ((await inTime(sandbox.restart())) === 'hung') hung++;
  }
  // The last process is told to end too: what comes of that does not count as one that was lost.
  const ms = { p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) };
  if ((await inTime(sandbox.dispose())) === 'hung') hung++;
  return { part: 'starts', asked: count, good, hung, wrong, lost: [...lost], ms };
};

/** By what the kernel says, where it says so: a filter of system calls, and no new privileges. */
const isLockedDown = (pid: number): boolean => {
  if (process.platform !== 'linux') return true;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return /^Seccomp:\s+2$/mu.test(status) && /^NoNewPrivs:\s+1$/mu.test(status);
};
