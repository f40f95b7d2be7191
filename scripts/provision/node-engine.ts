import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkManifest } from '../../src/main/electron-files/completion-manifest.ts';
import { withLock } from '../shared/lock.ts';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import { explainCacheError, requireDiskSpace } from './disk-space.ts';
import type { Machine } from './machine.ts';
import { NODE_PINS, type NodeMajor, type NodePin } from './node-engine-pins.ts';
import { createStagingDir, moveIntoPlace, removeDeadStagingDirs, removeStagingDir } from './staging.ts';
import { obtainTarball, tarballPath } from './tarball.ts';
import { writeManifest } from './write-manifest.ts';

/** Raise it when what is written into the folder changes: an older one is then not used any more. */
const RECIPE = 1;
/** An unpacked Node is less than three times its tarball. */
const UNPACKED = 3;

/** Where that Node is kept. */
export const nodeEngineFolder = (machine: Pick<Machine, 'cacheDir'>, pin: NodePin): string =>
  path.join(machine.cacheDir, 'node', `${pin.packageVersion}-${pin.platform}-${pin.arch}-${String(RECIPE)}`);

/** The pinned Node of that major for this computer; undefined where the registry has none. */
export const pinnedNode = (
  machine: Pick<Machine, 'platform' | 'arch'>,
  major: NodeMajor,
  pins: readonly NodePin[] = NODE_PINS,
): NodePin | undefined =>
  pins.find((pin) => pin.major === major && pin.platform === machine.platform && pin.arch === machine.arch);

/**
 * Makes sure that this Node is there, every file of it as it was unpacked from the pinned package.
 *
 * @returns path of the program
 * @throws SetupError
 */
export async function obtainNodeEngine(machine: Machine, pin: NodePin): Promise<string> {
  const folder = nodeEngineFolder(machine, pin);
  const parent = path.dirname(folder);
  const program = path.join(folder, programOf(pin));
  // Read in full each time: half a second, against minutes of tests with a damaged engine.
  const check = () => checkManifest(folder, originOf(pin), { thorough: true });
  try {
    if ((await check()).sound) return program;
    const purpose = `preparing Node ${pin.packageVersion}`;
    const lockPath = path.join(parent, 'provision.lock');
    await withLock({ lockPath, purpose, log: machine.log }, async () => {
      if (!(await check()).sound) await prepare(machine, pin, folder);
    });
    return program;
  } catch (error) {
    throw explainCacheError(error, parent);
  }
}

async function prepare(machine: Machine, pin: NodePin, folder: string): Promise<void> {
  const parent = path.dirname(folder);
  await removeDeadStagingDirs(parent);
  await requireDiskSpace(parent, (1 + UNPACKED) * pin.tarballBytes);
  const staging = await createStagingDir(parent);
  try {
    const holds = `Node ${pin.packageVersion}`;
    const tarball = await obtainTarball(machine, pin, { folder: parent, staging, holds });
    const unpacked = path.join(staging, 'node');
    await unpack(machine, pin, tarball, unpacked);
    await writeManifest(unpacked, originOf(pin));
    await moveIntoPlace(unpacked, folder, staging);
    await rm(tarballPath(parent, pin), { force: true });
    machine.log(`Node ${pin.packageVersion} is ready in ${folder}`);
  } finally {
    await removeStagingDir(staging);
  }
}

async function unpack(machine: Machine, pin: NodePin, tarball: string, folder: string): Promise<void> {
  machine.log(`unpacking Node ${pin.packageVersion} …`);
  const tar = await import('tar');
  const program = programOf(pin);
  const wanted = [`package/${program}`, 'package/LICENSE'];
  const found: string[] = [];
  await mkdir(folder);
  const refused = (detail: string): SetupError =>
    new SetupError(
      `the contents of ${pin.packageName}@${pin.packageVersion} are not as expected: ${detail}. Nothing of it was kept.`,
    );
  try {
    await tar.x({
      file: tarball,
      cwd: folder,
      strip: 1,
      strict: true,
      filter: (name, entry) => {
        const isWanted = wanted.includes(name) && 'type' in entry && entry.type === 'File';
        if (isWanted) found.push(name);
        return isWanted;
      },
    });
  } catch (error) {
    // Errors of the file system (a full disk) are explained further up; the others mean a broken archive.
    if (error instanceof Error && 'code' in error && error.code !== 'TAR_BAD_ARCHIVE') throw error;
    throw refused(errorMessage(error));
  }
  if (!found.includes(`package/${program}`)) throw refused(`${program} is not in it`);
  await chmod(path.join(folder, program), 0o755);
}

const programOf = ({ platform }: NodePin): string => (platform === 'win32' ? 'bin/node.exe' : 'bin/node');

const originOf = ({ integrity }: NodePin) => ({ integrity, recipe: RECIPE });
