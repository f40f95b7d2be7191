/** Runs the tests of the project `engine` (vitest.config.ts) under each Node that people have. */
import { z } from 'zod';
import { buildIfStale } from './build.ts';
import { thisMachine, type Machine } from './provision/machine.ts';
import { NODE_MAJORS, type NodeMajor } from './provision/node-engine-pins.ts';
import { obtainNodeEngine, pinnedNode } from './provision/node-engine.ts';
import { runAsCommand } from './shared/command.ts';
import { logToStderr } from './shared/log.ts';
import { lastWords, runProgram } from './shared/run-program.ts';
import { SetupError } from './shared/setup-error.ts';
import { describeNotRun, totalsLine, type Outcome } from './test/outcome.ts';
import { provisionWheels } from './test/provision-wheels.ts';
import { runVitest } from './test/run-vitest.ts';

const EngineVersions = z.object({ node: z.string(), v8: z.string(), uv: z.string() });
type EngineVersions = z.infer<typeof EngineVersions>;

interface Engine {
  readonly program: string;
  readonly versions: EngineVersions;
}

await runAsCommand(async () => {
  const { majors, args } = readArguments(process.argv.slice(2));
  const machine = thisMachine(logToStderr);
  const engines = await obtainEngines(machine, majors);
  await provisionWheels(logToStderr);
  await buildIfStale(logToStderr);
  const outcomes: Outcome[] = [];
  const summary: string[] = [];
  let isGood = engines.length > 0;
  for (const { program, versions } of engines) {
    const name = `Node ${versions.node} (V8 ${versions.v8}, libuv ${versions.uv})`;
    console.log(`\n== ${name}`);
    const end = await runVitest({
      node: program,
      args: ['--project', 'engine', ...args],
      env: process.env,
    });
    outcomes.push(end.outcome);
    isGood &&= end.isGood;
    // Not alone on its line: that is the total's.
    summary.push(`${name}: ${totalsLine([end.outcome])}`, ...describeNotRun(end.outcome));
  }
  console.log('');
  for (const line of summary) console.log(line);
  console.log(totalsLine(outcomes));
  return isGood ? 0 : 1;
});

/** Majors in front choose among the engines; the rest is vitest's. */
function readArguments(given: readonly string[]): { majors: readonly NodeMajor[]; args: readonly string[] } {
  const isMajor = (arg: string): boolean => NODE_MAJORS.some((major) => String(major) === arg);
  const first = given.findIndex((arg) => !isMajor(arg));
  const chosen = first === -1 ? given : given.slice(0, first);
  return {
    majors: chosen.length === 0 ? NODE_MAJORS : NODE_MAJORS.filter((major) => chosen.includes(String(major))),
    args: given.slice(chosen.length),
  };
}

/** All before the first test: a download that fails should not be told after minutes. */
async function obtainEngines(machine: Machine, majors: readonly NodeMajor[]): Promise<Engine[]> {
  const engines: Engine[] = [];
  for (const major of majors) {
    const pin = pinnedNode(machine, major);
    if (pin === undefined) {
      console.log(
        `other-architecture: the registry has no Node ${String(major)} for ${machine.platform} on ${machine.arch}`,
      );
      continue;
    }
    const program = await obtainNodeEngine(machine, pin);
    engines.push({ program, versions: await versionsOf(program) });
  }
  return engines;
}

/** Asked of the program itself. */
async function versionsOf(program: string): Promise<EngineVersions> {
  const result = await runProgram(program, ['-p', 'JSON.stringify(process.versions)']);
  if (result.code === 0) return EngineVersions.parse(JSON.parse(result.stdout));
  throw new SetupError(`${program} does not start. It said:\n${lastWords(result)}`);
}
