import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dependencyFolder, projectRoot } from '../shared/project.ts';
import { SetupError } from '../shared/setup-error.ts';
import { failuresOf, Outcome } from './outcome.ts';

export interface VitestRun {
  /** The Node that runs vitest, and with it the tests. */
  readonly node: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Prints nothing, but for what the outcome says. */
  readonly isQuiet?: boolean;
}

export interface VitestEnd {
  readonly outcome: Outcome;
  readonly isGood: boolean;
}

/** Runs vitest; what it prints goes where ours does, unless it is to be quiet. @throws SetupError when it ends without an outcome */
export async function runVitest({ node, args, env, isQuiet = false }: VitestRun): Promise<VitestEnd> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-test-'));
  const file = path.join(folder, 'outcome.json');
  const program = path.join(dependencyFolder('vitest'), 'vitest.mjs');
  const reporter = path.join(projectRoot, 'scripts', 'test', 'outcome-reporter.ts');
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(node, [program, 'run', '--reporter=default', `--reporter=${reporter}`, ...args], {
        cwd: projectRoot,
        env: { ...env, VIVARIUM_TEST_OUTCOME: file },
        stdio: isQuiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
      });
      child.on('error', reject);
      child.on('close', (exitCode) => {
        resolve(exitCode ?? 1);
      });
    });
    const outcome = await readOutcome(file);
    return { outcome, isGood: code === 0 && failuresOf(outcome) === 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readOutcome(file: string): Promise<Outcome> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return Outcome.parse(JSON.parse(text));
  throw new SetupError('vitest ended without an outcome: what it printed above says why.');
}
