/** Runs the tests of the project `engine` (vitest.config.ts) under each Node that people have, and `browser` in Chromium. */
import { buildIfStale } from './build.ts';
import { obtainChromium, type Chromium } from './provision/chromium.ts';
import { thisMachine, type Machine } from './provision/machine.ts';
import { NODE_MAJORS, type NodeMajor } from './provision/node-engine-pins.ts';
import { obtainNodeEngines } from './provision/node-engines.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import {
  describeFailures,
  describeNotRun,
  describeRetried,
  totalsLine,
  type Outcome,
} from './test/outcome.ts';
import { provisionWheels } from './test/provision-wheels.ts';
import { runVitest } from './test/run-vitest.ts';

/** Of the Node in the Electron that package.json declares. */
const DECLARED_MAJOR: NodeMajor = 24;

/** Beside the majors of Node, to choose it. */
const CHROMIUM = 'chromium';

await runAsCommand(async () => {
  const { majors, inChromium, args } = readArguments(process.argv.slice(2));
  const machine = thisMachine(logToStderr);
  // All before the first test: a download that fails should not be told after minutes.
  const engines = await obtainNodeEngines(machine, majors, (line) => console.log(line));
  const chromium = inChromium && hasPackagedChromium(machine) ? await obtainChromium(machine) : null;
  await provisionWheels(logToStderr);
  await buildIfStale(logToStderr);
  const outcomes: Outcome[] = [];
  const summary: string[] = [];
  let isGood = engines.length > 0 || inChromium;
  for (const { program, versions } of engines) {
    const isDeclared = versions.node.startsWith(`${String(DECLARED_MAJOR)}.`);
    const name = `Node ${versions.node} (V8 ${versions.v8}, libuv ${versions.uv})`;
    console.log(`\n== ${name}`);
    const end = await runVitest({
      node: program,
      args: ['--project', 'engine', ...(isDeclared ? ['--project', 'declared-engine'] : []), ...args],
      env: process.env,
    });
    outcomes.push(end.outcome);
    isGood &&= end.isGood;
    // Not alone on its line: that is the total's.
    summary.push(
      `${name}: ${totalsLine([end.outcome])}`,
      ...describeNotRun(end.outcome),
      ...describeRetried(end.outcome),
      ...describeFailures(end.outcome),
    );
  }
  if (inChromium) {
    const browser = await runInChromium(chromium, args);
    outcomes.push(...browser.outcomes);
    isGood &&= browser.isGood;
    summary.push(...browser.summary);
  }
  console.log('');
  for (const line of summary) console.log(line);
  console.log(totalsLine(outcomes));
  return isGood ? 0 : 1;
});

/** Only there is it installed by `obtainChromium`. */
function hasPackagedChromium({ platform }: Machine): boolean {
  return platform === 'linux';
}

/** The guest core in the system's Chromium: the V8 of the declared Electron, which not every machine can get. */
async function runInChromium(
  chromium: Chromium | null,
  args: readonly string[],
): Promise<{ outcomes: readonly Outcome[]; summary: readonly string[]; isGood: boolean }> {
  if (chromium === null) {
    const summary = ['other-system: Chromium is installed by the package manager of Debian and its like'];
    return { outcomes: [], summary, isGood: true };
  }
  const { version } = chromium;
  console.log(`\n== Chromium ${version}`);
  const { outcome, isGood } = await runVitest({
    node: process.execPath,
    args: ['--project', 'browser', ...args],
    env: process.env,
  });
  const summary = [
    `Chromium ${version}: ${totalsLine([outcome])}`,
    ...describeNotRun(outcome),
    ...describeRetried(outcome),
    ...describeFailures(outcome),
  ];
  return { outcomes: [outcome], summary, isGood };
}

/** Engines in front choose among them: majors of Node, and `chromium`; the rest is vitest's. */
function readArguments(given: readonly string[]): {
  majors: readonly NodeMajor[];
  inChromium: boolean;
  args: readonly string[];
} {
  const isEngine = (arg: string): boolean => [...NODE_MAJORS.map(String), CHROMIUM].includes(arg);
  const first = given.findIndex((arg) => !isEngine(arg));
  const chosen = first === -1 ? given : given.slice(0, first);
  const isChosen = (engine: string): boolean => chosen.length === 0 || chosen.includes(engine);
  const args = given.slice(chosen.length);
  return {
    majors: NODE_MAJORS.filter((major) => isChosen(String(major))),
    inChromium: isChosen(CHROMIUM),
    // A file need not be one of each engine's.
    args: args.length === 0 ? [] : ['--passWithNoTests', ...args],
  };
}
