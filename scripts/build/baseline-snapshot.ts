import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElectronDist } from '../../src/main/electron-files/electron-dist.ts';
import { SNAPSHOT_EXTENSION } from '../../src/main/sandbox/snapshots/snapshot-store.ts';
import { withBuildLock } from './build-lock.ts';
import type { Log } from '../shared/log.ts';
import { lastWords, type RunProgram } from '../shared/run-program.ts';
import { errorMessage } from '../shared/setup-error.ts';

/** Below the project; the program looks for it there. Each build removes it. */
export const SHIPPED_SNAPSHOTS = path.join('out', 'snapshots');
/** The Electron that the snapshot was made in, as text. */
const MADE_IN = 'made-in';

export interface ShippedSnapshot {
  readonly root: string;
  readonly electron: ElectronDist;
  readonly log: Log;
  readonly run: RunProgram;
}

/**
 * Saves the memory of a started interpreter with the build, so that the very first start on a computer is as fast as later
 * ones. It fits this Electron, on this platform; others make their own when they start for the first time. Takes about two
 * seconds after each build. Without it everything works: a failure is only told, and the next call tries again.
 */
export async function ensureBaselineSnapshot(shipped: ShippedSnapshot): Promise<void> {
  const { log, root } = shipped;
  if (await isThere(shipped)) return;
  try {
    await withBuildLock({ root, log }, async () => {
      if (!(await isThere(shipped))) await save(shipped);
    });
  } catch (error) {
    log(`no started interpreter was saved, the first start makes one: ${errorMessage(error)}`);
  }
}

async function isThere({ electron, root }: ShippedSnapshot): Promise<boolean> {
  const folder = path.join(root, SHIPPED_SNAPSHOTS);
  const madeIn = await readFile(path.join(folder, MADE_IN), 'utf8').catch(() => null);
  return (
    madeIn === engineOf(electron) && (await readdir(folder)).some((name) => name.endsWith(SNAPSHOT_EXTENSION))
  );
}

const engineOf = ({ electronVersion }: ElectronDist): string =>
  `${electronVersion} ${process.platform} ${process.arch}`;

/** Takes the snapshot that an ordinary start keeps in its data folder. */
async function save({ electron, log, root, run }: ShippedSnapshot): Promise<void> {
  log('saving a started interpreter …');
  const folder = path.join(root, SHIPPED_SNAPSHOTS);
  // First, or the start would use what is there.
  await rm(folder, { recursive: true, force: true });
  const data = await mkdtemp(path.join(tmpdir(), 'vivarium-baseline-'));
  try {
    const program = path.join(root, 'out', 'main', 'cli.js');
    const env = {
      ...process.env,
      VIVARIUM_DATA_DIR: data,
      ELECTRON_OVERRIDE_DIST_PATH: electron.electronDist,
    };
    const result = await run(process.execPath, [program, 'run', '--offline', '-c', 'None'], { env });
    const snapshot = await snapshotBelow(data);
    if (result.code !== 0 || snapshot === undefined)
      throw new Error(lastWords(result) || 'the start has kept none');
    await mkdir(folder);
    const copy = path.join(folder, path.basename(snapshot));
    await copyFile(snapshot, copy);
    // Whoever installs the program for all users of a computer is another user than they.
    await chmod(copy, 0o644);
    await writeFile(path.join(folder, MADE_IN), engineOf(electron));
  } finally {
    await rm(data, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** Below `pyodide-cache`, the version of Pyodide and `snapshots`. */
async function snapshotBelow(data: string): Promise<string | undefined> {
  const names = await readdir(data, { recursive: true });
  const found = names.find((name) => name.endsWith(SNAPSHOT_EXTENSION));
  return found === undefined ? undefined : path.join(data, found);
}
