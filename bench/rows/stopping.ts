import { BenchHost } from '../host.ts';
import { sample, timed, type Group, type Sample } from '../measure.ts';

const STUBBORN = 'while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass';

/** Stopping code that does not end, and coming back after a death. */
export async function stopping(electron: string): Promise<Group> {
  const bare = await BenchHost.open(electron);
  await bare.answerTwo();
  const softStop = await sample(20, () => stop(bare, 'while True: pass', 'kept'));
  const hardStop = await sample(5, () => stop(bare, STUBBORN, 'lost'));
  const killed = await sample(5, () => afterKill(bare));
  const bombed = await sample(3, () => afterBomb(bare));
  await bare.dispose();

  const ready = await BenchHost.open(electron, { standby: true, spares: 1 });
  await ready.answerTwo();
  const killedWithStandby = await sample(5, async () => {
    await ready.untilStandby();
    return afterKill(ready);
  });
  const hardStopWithSpare = await sample(5, async () => {
    await ready.untilStandby();
    return afterHardStop(ready);
  });
  const bombedWithStandby = await sample(3, async () => {
    await ready.untilStandby();
    return afterBomb(ready);
  });
  await ready.dispose();
  const without = (measured: Sample) => ({ name: 'without spare and standby', measured });
  return {
    title: 'Stopping and recovering',
    rows: [
      {
        name: 'soft stop of a loop, state kept',
        unit: 'ms',
        measured: softStop,
        baseline: { name: 'hard stop of a loop that swallows interrupts', measured: hardStop },
        target: '≤ 40 ms',
      },
      {
        name: 'thread of a stubborn loop ended, to the next answer, with a spare',
        unit: 'ms',
        measured: hardStopWithSpare,
        baseline: { name: 'hard stop without a spare, to its result only', measured: hardStop },
        target: '≤ 100 ms beyond the 500 ms that the guest is given',
      },
      {
        name: 'kill -9 to the next answer, with standby',
        unit: 'ms',
        measured: killedWithStandby,
        baseline: without(killed),
        target: '≤ 50 ms',
      },
      {
        name: 'out of memory to the next answer, with spare and standby',
        unit: 'ms',
        measured: bombedWithStandby,
        baseline: without(bombed),
      },
    ],
  };
}

/** From cancelling to the result. */
async function stop(host: BenchHost, code: string, state: string): Promise<number> {
  const loop = await host.loop(code, 'loop');
  const ms = await timed(() => {
    loop.cancel();
    return loop.result;
  });
  const result = await loop.result;
  if (result.status !== 'cancelled' || result.session.state !== state) {
    throw new Error(`not stopped as it should: ${JSON.stringify(result)}`);
  }
  return ms;
}

/** From cancelling a loop that takes no interrupt to the next answer of a fresh interpreter. */
async function afterHardStop(host: BenchHost): Promise<number> {
  const loop = await host.loop(STUBBORN, 'stubborn');
  return timed(async () => {
    loop.cancel();
    await loop.result;
    await host.answerTwo();
  });
}

async function afterKill(host: BenchHost): Promise<number> {
  const pid = await host.pid();
  return timed(async () => {
    process.kill(pid, 'SIGKILL');
    await host.answerTwo();
  });
}

/** From the verdict on a memory bomb to the next answer. */
async function afterBomb(host: BenchHost): Promise<number> {
  const result = await host.run({ code: 'x = []\nwhile True: x.append(bytearray(50_000_000))' });
  if (result.status !== 'out-of-memory') throw new Error(`no verdict of memory: ${JSON.stringify(result)}`);
  return timed(() => host.answerTwo());
}
