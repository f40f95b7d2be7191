/**
 * `node --import tsx bench/by-turns.ts [--rounds N] [--calls N] CHECKOUT…`: warm calls and fresh interpreters of several
 * checkouts of this project by turns, since machines are noisy and what others do on them lasts for minutes. Each
 * round starts a host of each checkout, in turn, and measures warm calls, their echo and fresh interpreters that a spare
 * serves. All checkouts must be built, and speak the protocol of this one with the host.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { provision } from '../scripts/provision.ts';
import { runAsCommand } from '../scripts/shared/command.ts';
import { logToStderr } from '../scripts/shared/log.ts';
import { projectRoot } from '../scripts/shared/project.ts';
import { BenchHost } from './host.ts';
import { timed } from './measure.ts';

const ROWS = ['warm call', 'echo', 'fresh, with a spare'] as const;
type Row = (typeof ROWS)[number];
type Times = Record<Row, number[]>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '10' },
    calls: { type: 'string', default: '200' },
    fresh: { type: 'string', default: '6' },
  },
});
const [rounds, calls, fresh] = [Number(values.rounds), Number(values.calls), Number(values.fresh)];
/** Calls at once, so that calls and echoes meet the same noise. */
const STRETCH = 50;
/** For the next spare to be ready, in ms. */
const SPARE_MS = 1500;

const round = async (electron: string, checkout: string, times: Times): Promise<void> => {
  const host = await BenchHost.open(electron, {}, false, checkout);
  const echo = async (): Promise<void> => {
    if (!(await host.host.ping('warm'))) throw new Error('the session is gone');
  };
  const call = (): Promise<void> => host.answerTwo('warm');
  for (let count = 0; count < 200; count++) await call();
  for (let count = 0; count < 200; count++) await echo();
  for (let done = 0; done < calls; done += STRETCH) {
    for (let count = 0; count < STRETCH; count++) times['warm call'].push(await timed(call));
    for (let count = 0; count < STRETCH; count++) times.echo.push(await timed(echo));
  }
  await host.dispose();
  if (fresh === 0) return;
  const spared = await BenchHost.open(electron, { spares: 2 }, false, checkout);
  await spared.answerTwo();
  for (let count = 0; count < fresh; count++) {
    await new Promise((resolve) => setTimeout(resolve, SPARE_MS));
    times['fresh, with a spare'].push(await timed(() => spared.answerTwo()));
  }
  await spared.dispose();
};

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(3).padStart(9);

await runAsCommand(async () => {
  const { electronPath } = await provision({ window: false, log: logToStderr });
  const checkouts = positionals.length === 0 ? [projectRoot] : positionals.map((one) => path.resolve(one));
  const all = checkouts.map((checkout): [string, Times] => [
    checkout,
    { 'warm call': [], echo: [], 'fresh, with a spare': [] },
  ]);
  for (let count = 0; count < rounds; count++) {
    for (const [checkout, times] of all) await round(electronPath, checkout, times);
    logToStderr(`round ${count + 1} of ${rounds}`);
  }
  for (const [checkout, times] of all) {
    console.log(checkout);
    for (const row of ROWS) {
      const sorted = times[row].sort((a, b) => a - b);
      if (sorted.length === 0) continue;
      const share = [0, 0.1, 0.5, 0.9].map((part) => at(sorted, part)).join('');
      console.log(`  ${row.padEnd(20)} least, p10, p50, p90, ms: ${share}  (n ${sorted.length})`);
    }
  }
  return 0;
});
