import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { composePython } from '../../src/main/compose/compose-python.ts';
import { LivePackages } from '../../src/main/app/live-packages.ts';
import { openPackages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { pythonSeries } from '../../src/main/runtime/python-series.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { Config } from '../../src/shared/config/config.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { Canaries } from '../../tests/support/canaries.ts';
import { inTime } from './in-time.ts';
import { MemorySamples } from './measures.ts';
import type { Attack, OrderOf, ReportOf } from './order.ts';
import type { Surroundings } from './soaked-sandbox.ts';
import { isTrue, type ProcessEnd } from './truth.ts';

/** Attackers at the same time. */
const ATTACKERS = 3;
/** A harmless run beside them. */
const BYSTANDER: Attack = {
  name: 'bystander',
  code: '1+1',
  verdicts: ['ok'],
  timeoutMs: 60_000,
  leaves: 'nothing',
};
const PAUSE_MS = 1000;
const SAMPLE_MS = 1000;
const TOLD_EVERY_MS = 30_000;
const MS_PER_MINUTE = 60_000;
const NS_PER_MS = 1e6;
/** Packages may be looked for as long as a run lasts, and processes be started. */
const HUNG_MS = 300_000;
/** How closely the event loop is watched, in ms: what is measured has it in it. */
const RESOLUTION_MS = 10;

const inSession = (before: readonly Attack[]): string =>
  before.length === 0 ? '' : ` in a session after ${before.map(({ name }) => name).join(', ')}`;

/** What the app is made of, in this main process, under attack by code and by a package index. */
export const soakHostile = async (
  order: OrderOf<'hostile'>,
  { launcher, log, transport }: Surroundings,
): Promise<ReportOf<'hostile'>> => {
  const { attacks, dataFolder, indexUrl, minutes, outDir } = order;
  const canaries = await Canaries.place();
  const fingerprint = canaries.fingerprint();
  const lock = await loadPyodideLock(builtFiles(outDir).runtime);
  const config = Config.parse({ sandbox: { packages: { index: indexUrl } } });
  const sent = transport();
  const packages = new LivePackages(
    () => config.sandbox.packages,
    // As the app does, but that nothing outside of this computer is asked.
    (settings) => openPackages({ dataFolder, transport: sent, ...lock, settings, indexUrl, official: false }),
  );
  const python = composePython({
    outDir,
    launcher,
    config: () => config,
    packages: packages.provider,
    installed: () => Promise.resolve([]),
    pythonVersion: pythonSeries(lock.lock.python),
    functionsFor: () => undefined,
    onRunEnded: () => undefined,
  });
  const ends: ProcessEnd[] = [];
  python.activity.onEvent((event) => {
    if (event.type === 'process-ended') ends.push(event);
  });
  const statuses: Record<string, number> = {};
  const untrue: string[] = [];
  const histories = new Map<string, Attack[]>();
  let [runs, hung, broken] = [0, 0, 0];

  const attack = async (one: Attack, session: string | null): Promise<void> => {
    const id = `${one.name}-${String(runs++)}`;
    const code = canaries.fill(one.code);
    const request = { code, timeoutMs: one.timeoutMs, ...(session === null ? {} : { session }) };
    const begun = Date.now();
    const running = python.runs.run(id, request, {
      send: () => undefined,
      closed: new AbortController().signal,
    });
    const result: RunResult | 'hung' = await inTime(running, HUNG_MS);
    if (result === 'hung') {
      hung++;
      untrue.push(`${one.name}: hung`);
      return;
    }
    statuses[result.status] = (statuses[result.status] ?? 0) + 1;
    const during = ends.filter(({ at }) => at >= begun);
    const before = session === null ? [] : (histories.get(session) ?? []);
    if (!isTrue(one, result, during, before)) {
      untrue.push(
        `${one.name}: ${result.status} (${result.error?.message.slice(0, 200) ?? 'no error'})${inSession(before)}`,
      );
    }
    if (session !== null) histories.set(session, result.session.state === 'lost' ? [] : [...before, one]);
    // As a person would, once told that nothing runs any more.
    if (python.sandbox.state.name === 'broken') {
      broken++;
      await python.sandbox.restart();
    }
  };

  const main = new MemorySamples();
  const sampling = setInterval(() => main.take(process.pid), SAMPLE_MS);
  const begunAt = Date.now();
  const telling = setInterval(
    () => log(`${String(runs)} runs in ${((Date.now() - begunAt) / MS_PER_MINUTE).toFixed(1)} min`),
    TOLD_EVERY_MS,
  );
  const isOver = (): boolean => Date.now() - begunAt >= minutes * MS_PER_MINUTE;
  // The app's start is not what is measured.
  await attack(BYSTANDER, 'bystander');
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  loop.enable();
  let next = 0;
  const attacker = async (name: string): Promise<void> => {
    while (!isOver()) {
      const turn = next++;
      const one = attacks[turn % attacks.length];
      // Some in a session of the attacker's, which keeps what it has done to its interpreter.
      if (one !== undefined) await attack(one, turn % 4 === 0 ? name : null);
    }
  };
  const bystander = async (): Promise<void> => {
    while (!isOver()) {
      await attack(BYSTANDER, 'bystander');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all([
    bystander(),
    ...Array.from({ length: ATTACKERS }, (_, index) => attacker(`attacker-${String(index)}`)),
  ]);
  loop.disable();
  clearInterval(sampling);
  clearInterval(telling);
  const delay = {
    p50: loop.percentile(50) / NS_PER_MS,
    p99: loop.percentile(99) / NS_PER_MS,
    max: loop.max / NS_PER_MS,
  };
  const canary = { untouched: canaries.fingerprint() === fingerprint, connections: canaries.connections };
  const causes: Record<string, number> = {};
  for (const { cause } of ends) causes[cause] = (causes[cause] ?? 0) + 1;
  await inTime(python.sandbox.dispose());
  await python.native.dispose();
  await canaries.remove();
  const counts = { minutes, runs, hung, statuses, untrue, ends: causes, broken };
  return { part: 'hostile', ...counts, delay, main: main.course, canary };
};
