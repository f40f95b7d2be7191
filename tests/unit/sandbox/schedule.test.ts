/** Every run settles exactly once, with a result that keeps the contract, whatever fails and when. */
import { expect, it } from 'vitest';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RunResult } from '../../../src/shared/contract/run.ts';
import { makeRandom } from '../../support/random.ts';
import { finishWith, never, stage, turns, utf8, type Behaviour, NO_BYTES } from './support.ts';

const ROUNDS = Number(process.env['VIVARIUM_SCHEDULE_ROUNDS'] ?? 60);
const RUNS = 6;

const seed = Number(process.env['VIVARIUM_SCHEDULE_SEED'] ?? Date.now() & 0xffff_ffff);
const random = makeRandom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const chance = (part: number): boolean => random() < part;

const METHODS = ['prepare', 'openInterpreter', 'writeFile', 'run', 'closeInterpreter'] as const;

/** Now and then one method hangs, refuses, throws or answers nonsense. */
const misbehave = (): Behaviour => {
  const behaviour: Record<string, unknown> = { mortal: chance(0.9), run: finishWith(undefined, 'text') };
  if (chance(0.15)) behaviour['run'] = never;
  else if (chance(0.5)) {
    const faults = [
      never,
      () => Promise.reject(new RpcError('failed', 'refused')),
      () => Promise.reject(new Error('internal')),
      () => ({ kind: 'died', cause: 'fatal', detail: '', stack: '' }),
      () => ({ checks: [{ name: 'x', layer: null, holds: false }] }),
    ];
    behaviour[METHODS[below(METHODS.length)] ?? 'run'] = faults[below(faults.length)];
  }
  return behaviour;
};

it(`under a random schedule of faults (VIVARIUM_SCHEDULE_SEED=${seed})`, async () => {
  const statuses = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const all = stage(
      () => {
        if (chance(0.1)) throw new Error('no process');
        return misbehave();
      },
      {
        loadAssets: () => (chance(0.05) ? Promise.reject(new Error('damaged')) : Promise.resolve([])),
        standby: chance(0.5),
        crashLimit: { crashes: chance(0.1) ? 2 : 1000, windowMs: 300_000 },
      },
    );
    const { sandbox, clock, launcher } = all;
    let settled = 0;
    const controllers: AbortController[] = [];
    const runs = Array.from({ length: RUNS }, async () => {
      const controller = new AbortController();
      controllers.push(controller);
      await turns(below(6));
      const result = await sandbox.run(
        {
          code: 'x',
          timeoutMs: 100 + below(1000),
          ...(chance(0.5) ? { session: `s${below(2)}` } : {}),
          ...(chance(0.3) ? { files: [{ name: 'a', bytes: utf8('a') }] } : {}),
        },
        { signal: controller.signal },
      );
      settled++;
      return result;
    });
    for (let step = 0; settled < RUNS && step < 500; step++) {
      await turns(1 + below(4));
      const process = launcher.processes.at(-1);
      const choice = random();
      if (choice < 0.05) process?.exit(below(3), null);
      else if (choice < 0.07) process?.raw.postMessage({ kind: 'nonsense' });
      else if (choice < 0.09)
        process?.say('run', {
          kind: 'answer',
          result: { kind: 'finished', outputCut: false, outcome: NO_BYTES },
        });
      else if (choice < 0.12) controllers[below(RUNS)]?.abort();
      else if (choice < 0.13) void sandbox.dispose();
      else if (choice < 0.5 || step > 40) clock.skip();
    }
    expect(settled, `round ${round}`).toBe(RUNS);
    for (const result of await Promise.all(runs)) {
      RunResult.parse(result);
      statuses.set(result.status, (statuses.get(result.status) ?? 0) + 1);
    }
    const disposed = sandbox.dispose();
    for (let step = 0; step < 4; step++) {
      await turns(2);
      clock.skip();
    }
    await disposed;
    expect(sandbox.state.name).toMatch(/^(?:stopped|broken)$/u);
    expect([sandbox.pid, sandbox.standby.pid]).toEqual([null, null]);
    for (const process of launcher.processes) process.exit(0);
  }
  // The schedule must keep reaching all of these, or it proves little.
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(['ok', 'timeout', 'cancelled', 'crashed', 'setup-failed']),
  );
});
