import process from 'node:process';
import { inTime } from './in-time.ts';
import { MemorySamples } from './measures.ts';
import type { OrderOf, ReportOf } from './order.ts';
import { soakedSandbox, type Surroundings } from './soaked-sandbox.ts';
import { fewestThreads } from './threads.ts';
import { RUN_ENDS, wayOf } from './run-ends.ts';

/** Runs at the same time. */
const AT_ONCE = 4;
/** From one look at the memory to the next, in runs: none is under way then. */
const BATCH = 20;
const TOLD_EVERY = 20;

/** Runs of the sandbox, ended by all the ways in which it ends an interpreter while its process goes on. */
export const soakRuns = async (
  { count, outDir }: OrderOf<'runs'>,
  surroundings: Surroundings,
): Promise<ReportOf<'runs'>> => {
  const { lost, sandbox } = soakedSandbox(outDir, surroundings);
  const [main, sidecar] = [new MemorySamples(), new MemorySamples()];
  const ended: Record<string, number> = {};
  const wrong: string[] = [];
  let hung = 0;
  const endOne = async (index: number): Promise<void> => {
    const name = wayOf(index);
    const problem = await inTime(RUN_ENDS[name](sandbox, index));
    if (problem === 'hung') hung++;
    else if (problem === null) ended[name] = (ended[name] ?? 0) + 1;
    else wrong.push(`run ${index}, ${name}: ${problem}`);
  };
  // Not counted: it starts the process.
  await inTime(sandbox.run({ code: '1+1' }));
  const before = await fewestThreads(sandbox.pid);
  const begun = performance.now();
  for (let done = 0; done < count;) {
    const end = Math.min(count, done + BATCH);
    let next = done;
    const work = async (): Promise<void> => {
      while (next < end) await endOne(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    done = end;
    main.take(process.pid);
    sidecar.take(sandbox.pid);
    if (done % TOLD_EVERY === 0) surroundings.log(`${done} of ${count} runs`);
  }
  const perSecond = (count * 1000) / (performance.now() - begun);
  const after = await fewestThreads(sandbox.pid, before ?? 0);
  if ((await inTime(sandbox.dispose())) === 'hung') hung++;
  return {
    ...{ part: 'runs', asked: count, ended, hung, wrong, lost: [...lost], perSecond },
    threads: before === null || after === null ? null : { before, after },
    main: main.course,
    sidecar: sidecar.course,
  };
};
