import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { logToStderr } from '../../scripts/shared/log.ts';
import { BenchHost } from '../host.ts';
import { measure, sample, summarize, timed, type Group, type Row, type Sample } from '../measure.ts';

const MONTY = '@pydantic/monty@0.0.18';
const ERYX = 'pyeryx==0.11.0';

/** What is used of monty. */
interface MontyModule {
  readonly Monty: new (code: string) => { run(): unknown };
}

const EryxTimes = z.object({ fresh: z.array(z.number()).min(1), warm: z.array(z.number()).min(1) });

/** Other sandboxes for Python, on this computer, each beside ours. They do less, or more, than ours: see the names. */
export async function peers(electron: string): Promise<Group> {
  const host = await BenchHost.open(electron, { spares: 2 });
  await host.answerTwo('warm');
  await measure(200, () => host.answerTwo('warm'));
  const warm = { name: 'ours, in a session', measured: await measure(500, () => host.answerTwo('warm')) };
  const fresh = {
    name: 'ours, with a spare',
    measured: await sample(10, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return timed(() => host.answerTwo());
    }),
  };
  await host.dispose();
  const rows: Row[] = [];
  const monty = await measureMonty();
  if (monty !== null) {
    rows.push({
      name: '@pydantic/monty: a fresh 1+1 (an interpreter of its own, in process; no classes, no packages)',
      unit: 'ms',
      measured: monty,
      baseline: fresh,
    });
  }
  const eryx = measureEryx();
  if (eryx !== null) {
    rows.push(
      {
        name: 'pyeryx: a fresh print(1+1) (CPython in WebAssembly, in process; no pandas)',
        unit: 'ms',
        measured: summarize(eryx.fresh),
        baseline: fresh,
      },
      { name: 'pyeryx: a call in a session', unit: 'ms', measured: summarize(eryx.warm), baseline: warm },
    );
  }
  return { title: 'Other sandboxes', rows };
}

/** Null, which is said, where it can't be installed. */
async function measureMonty(): Promise<Sample | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-monty-'));
  try {
    execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', MONTY], {
      stdio: 'ignore',
    });
    const entry = path.join(folder, 'node_modules', '@pydantic', 'monty', 'wrapper.js');
    const { Monty } = (await import(pathToFileURL(entry).href)) as MontyModule;
    return await measure(1000, () => {
      if (new Monty('1+1').run() !== 2) throw new Error('monty gave a wrong answer');
    });
  } catch (error) {
    notMeasured(MONTY, error);
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Null, which is said, where it can't be installed: it wants Python 3.12 or newer (`VIVARIUM_BENCH_PYTHON`). */
function measureEryx(): z.infer<typeof EryxTimes> | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-eryx-'));
  try {
    const python = process.env['VIVARIUM_BENCH_PYTHON'] ?? 'python3';
    execFileSync(python, ['-m', 'venv', folder], { stdio: 'ignore' });
    const own = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    execFileSync(own, ['-m', 'pip', 'install', '-q', ERYX], { stdio: 'ignore' });
    const script = path.join(import.meta.dirname, '..', 'peer_eryx.py');
    return EryxTimes.parse(JSON.parse(execFileSync(own, [script], { encoding: 'utf8' })));
  } catch (error) {
    logToStderr(
      `not measured: ${ERYX} (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''})`,
    );
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const notMeasured = (what: string, error: unknown): void => {
  const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown reason';
  logToStderr(`not measured: ${what} (${why})`);
};
