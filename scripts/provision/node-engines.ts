import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import { lastWords, runProgram } from '../shared/run-program.ts';
import { SetupError } from '../shared/setup-error.ts';
import type { Machine } from './machine.ts';
import type { NodeMajor } from './node-engine-pins.ts';
import { obtainNodeEngine, pinnedNode } from './node-engine.ts';

const EngineVersions = z.object({ node: z.string(), v8: z.string(), uv: z.string() });
type EngineVersions = z.infer<typeof EngineVersions>;

export interface NodeEngine {
  readonly major: NodeMajor;
  readonly program: string;
  readonly versions: EngineVersions;
}

/** Those Nodes. @param onLeftOut told, in words, of each that the registry does not have for this computer */
export async function obtainNodeEngines(
  machine: Machine,
  majors: readonly NodeMajor[],
  onLeftOut: Log,
): Promise<NodeEngine[]> {
  const engines: NodeEngine[] = [];
  for (const major of majors) {
    const pin = pinnedNode(machine, major);
    if (pin === undefined) {
      onLeftOut(
        `other-architecture: the registry has no Node ${String(major)} for ${machine.platform} on ${machine.arch}`,
      );
      continue;
    }
    const program = await obtainNodeEngine(machine, pin);
    engines.push({ major, program, versions: await versionsOf(program) });
  }
  return engines;
}

/** Asked of the program itself. */
async function versionsOf(program: string): Promise<EngineVersions> {
  const result = await runProgram(program, ['-p', 'JSON.stringify(process.versions)']);
  if (result.code === 0) return EngineVersions.parse(JSON.parse(result.stdout));
  throw new SetupError(`${program} does not start. It said:\n${lastWords(result)}`);
}
