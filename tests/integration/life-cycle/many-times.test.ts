/** What must never fail, many times over: the counts can be raised by environment variables. */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { useSandbox } from '../../support/either-sandbox.ts';
import { NEVER_BROKEN } from '../../support/test-sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses } from '../../support/processes.ts';
import { repeats, settled } from '../../support/repeat.ts';
import { startRun } from '../../support/started-run.ts';
import { makeRandom } from '../../support/random.ts';

const KILLS = repeats('VIVARIUM_KILLS', 60);
const INTERRUPTS = repeats('VIVARIUM_INTERRUPTS', 100);
const STARTS = repeats('VIVARIUM_STARTS', 10);
/** For one kill, interrupt or start on a slow and busy machine, in ms. */
const ALLOWANCE_MS = 30_000;

const CALLERS = 4;
/** To a kill at most, in ms: since the last one, which is in the middle of a start… */
const LONGEST_START_MS = 800;
/** …or since a run began. */
const LONGEST_RUN_MS = 250;
/** Of the kills this part waits for a run to begin… */
const IN_A_RUN = 0.12;
/** …and every one of so many for a run to succeed: on a slow machine the others leave none the time for it. */
const KILLS_PER_SUCCESS = 10;

const LIMITS = { memoryMiB: 256, crashLimit: NEVER_BROKEN } as const;
const sandbox = useSandbox({ ...LIMITS, standby: true, spares: 1 });
const plain = useSandbox(LIMITS);

const tally = (results: readonly RunResult[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

it(
  `${INTERRUPTS} interrupts of a tight loop: no interrupt is lost, nor any state`,
  async () => {
    const session = 'interrupted';
    await sandbox().run('count = 0', { session });
    const pid = await sandbox().sidecarPid();
    const results: RunResult[] = [];
    for (let count = 0; count < INTERRUPTS; count++) {
      const run = startRun(sandbox(), 'count += 1\nprint(count, flush=True)\nwhile True: pass', { session });
      await run.printed;
      run.cancel();
      results.push(await settled(run.result, `interrupt ${count}`));
    }
    const lost = results.filter(({ session: { state } }) => state !== 'kept');
    expect(lost, `${lost.length} lost`).toEqual([]);
    expect(tally(results)).toEqual({ cancelled: INTERRUPTS });
    expect(await sandbox().run('count', { session })).toMatchObject({ value: { json: INTERRUPTS } });
    expect(await sandbox().sidecarPid()).toBe(pid);
  },
  INTERRUPTS * ALLOWANCE_MS,
);

it(
  `${INTERRUPTS} interrupts of code that waits: none is lost, and each result names the line`,
  async () => {
    const session = 'waiting';
    const waits = [
      'asyncio.sleep(3600)',
      'asyncio.wait_for(asyncio.Future(), 3600)',
      'storm()',
      'asyncio.gather(storm(), storm())',
    ];
    const storm = 'import asyncio\nasync def storm():\n  while True: await asyncio.sleep(0)';
    const odd: RunResult[] = [];
    for (let count = 0; count < INTERRUPTS; count++) {
      const code = `${storm}\nprint(1, flush=True)\nawait ${waits[count % waits.length] ?? ''}`;
      const run = startRun(sandbox(), code, { session });
      await run.printed;
      run.cancel();
      const result = await settled(run.result, `interrupt ${count}`);
      const fine =
        result.status === 'cancelled' && result.session.state === 'kept' && result.error?.line !== null;
      if (!fine) odd.push(result);
    }
    expect(odd, `${odd.length} of ${INTERRUPTS}`).toEqual([]);
  },
  INTERRUPTS * ALLOWANCE_MS,
);

const seed = Number(process.env['VIVARIUM_KILL_SEED'] ?? Date.now() & 0xffff_ffff);

it(
  `${KILLS} kills at random moments: every run settles exactly once (VIVARIUM_KILL_SEED=${seed})`,
  async (context) => {
    needProcesses(context);
    const random = makeRandom(seed);
    const codes = ['1+1', 'while True: pass', 'import time\ntime.sleep(0.2)', 'print("x" * 1000)'];
    const endedBefore = sandbox().told('run-ended').length;
    const results: RunResult[] = [];
    let killing = true;
    const call = async (caller: number): Promise<void> => {
      for (let count = 0; killing; count++) {
        const session = random() < 0.5 ? { session: `caller-${caller}` } : {};
        const code = codes[Math.floor(random() * codes.length)] ?? '';
        const controller = new AbortController();
        const running = sandbox().run(code, { ...session, timeoutMs: 500, signal: controller.signal });
        if (random() < 0.1) controller.abort();
        results.push(await settled(running, `run ${count} of caller ${caller}`));
      }
    };
    const callers = Array.from({ length: CALLERS }, (_, caller) => call(caller));
    const killed = new Set<number>();
    const succeeded = (): number => results.filter(({ status }) => status === 'ok').length;
    let awaited = 0;
    while (killed.size < KILLS) {
      if (killed.size >= awaited) {
        awaited = killed.size + KILLS_PER_SUCCESS;
        const before = succeeded();
        await eventually(() => expect(succeeded()).toBeGreaterThan(before), { withinMs: 120_000 });
      }
      const inRun = random() < IN_A_RUN;
      if (inRun) {
        const begun = sandbox().told('run-began').length;
        await eventually(() => expect(sandbox().told('run-began').length).toBeGreaterThan(begun), {
          withinMs: 120_000,
        });
      }
      await Promise.race([delay(random() * (inRun ? LONGEST_RUN_MS : LONGEST_START_MS)), ...callers]);
      const { pid, standby } = await settled(sandbox().status(), 'the status');
      const victim = standby.pid !== null && random() < 0.3 ? standby.pid : pid;
      if (victim === null || killed.has(victim)) continue;
      try {
        process.kill(victim, 'SIGKILL');
        killed.add(victim);
      } catch {
        // Ended by something else meanwhile: that is no kill.
      }
    }
    killing = false;
    await settled(Promise.all(callers), 'the last runs');
    // Exactly once: as many results and as many ends as calls, whatever happened to them.
    const ended = sandbox().told('run-ended').slice(endedBefore);
    expect(ended).toHaveLength(results.length);
    expect(new Set(ended.map(({ run }) => run)).size).toBe(results.length);
    const counts = tally(results);
    console.log(`${killed.size} kills, ${results.length} runs: ${JSON.stringify(counts)}`);
    expect(counts['ok']).toBeGreaterThanOrEqual(KILLS / KILLS_PER_SUCCESS);
    expect(counts['crashed']).toBeGreaterThan(0);
    const dead = sandbox()
      .told('process-ended')
      .map(({ pid }) => pid);
    expect(dead).toEqual(expect.arrayContaining([...killed]));
    await sandbox().expectAlive();
  },
  KILLS * ALLOWANCE_MS,
);

it(
  `none of ${STARTS} starts in a row hangs`,
  async () => {
    const pids = new Set<number>();
    for (let count = 0; count < STARTS; count++) {
      await settled(plain().restart(), `restart ${count}`);
      expect(await settled(plain().run(`${count} + 1`), `start ${count}`)).toMatchObject({
        status: 'ok',
        value: { json: count + 1 },
      });
      pids.add(await plain().sidecarPid());
    }
    expect(pids.size).toBe(STARTS);
  },
  STARTS * ALLOWANCE_MS,
);
