import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../shared/project.ts';
import { attacks } from './attacks.ts';
import type { SoakArguments } from './arguments.ts';
import { bundleDriver, bundleSidecar } from './bundle-driver.ts';
import type { SoakEngine } from './engines.ts';
import { openHostileIndex } from './hostile-index.ts';
import { ORDER_VARIABLE, Report, type Order, type PartName } from './order.ts';

type SoakCounts = Omit<SoakArguments, 'engines' | 'parts'>;

/** One part on one engine, in a main process and with a data folder of its own. Null when that process ended without a report. */
export const runPart = async (
  part: PartName,
  engine: SoakEngine,
  counts: SoakCounts,
): Promise<Report | null> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-soak-'));
  const index = part === 'hostile' ? await openHostileIndex() : null;
  try {
    const app = path.join(folder, 'app');
    await bundleDriver(engine.driver, app);
    const sidecar = await bundleSidecar(folder);
    const dataFolder = path.join(folder, 'data');
    await mkdir(dataFolder);
    const reportFile = path.join(folder, 'report.json');
    const common = { outDir: path.join(projectRoot, 'out'), dataFolder, reportFile };
    const order = orderOf(part, counts, common, sidecar, index?.url ?? '');
    const orderFile = path.join(folder, 'order.json');
    await writeFile(orderFile, JSON.stringify(order));
    await untilEnded(engine, app, orderFile);
    const text = await readFile(reportFile, 'utf8').catch(() => null);
    return text === null ? null : Report.parse(JSON.parse(text));
  } finally {
    await index?.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const orderOf = (
  part: PartName,
  { minutes, runs, seed, starts, workers }: SoakCounts,
  common: Pick<Order, 'outDir' | 'dataFolder' | 'reportFile'>,
  sidecar: string,
  indexUrl: string,
): Order => {
  switch (part) {
    case 'starts':
      return { part, count: starts, ...common };
    case 'workers':
      return { part, count: workers, seed, sidecar, ...common };
    case 'runs':
      return { part, count: runs, ...common };
    case 'hostile':
      return { part, minutes, indexUrl, attacks: attacks(), ...common };
  }
};

/** What it says goes to our stderr; stdout has nothing but the summary. */
const untilEnded = ({ command, env }: SoakEngine, app: string, orderFile: string): Promise<void> => {
  const [program, ...args] = command(app);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...env, [ORDER_VARIABLE]: orderFile },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', () => resolve());
  });
};
