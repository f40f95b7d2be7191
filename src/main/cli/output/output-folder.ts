import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';
import { quote } from '../../foreign-text/printable.ts';
import { systemErrorCode } from '../../base/system-error.ts';
import { UsageError } from '../usage-error.ts';
import { diskName, unusableOnDisk } from '../../base/disk-name.ts';

/** A file could not be written; the message says why. */
export class OutputFileError extends Error {
  override readonly name = 'OutputFileError';
}

/** Windows does not know it; there the name is random enough. */
const NO_FOLLOW = (constants as Partial<typeof constants>).O_NOFOLLOW ?? 0;

const folded = (name: string): string => name.normalize('NFC').toLowerCase().normalize('NFC');

const missing = (error: unknown): boolean => systemErrorCode(error) === 'ENOENT';

const cannotWrite = (error: unknown): string =>
  `can't be written (${systemErrorCode(error) ?? 'unknown reason'})`;

/**
 * The folder of `--out`. What is written there has names of the guest's choice: each is checked, no link in the
 * folder is followed, nothing is replaced unless the user said so, and each file is there whole or not at all.
 */
export class OutputFolder {
  readonly #root: string;
  readonly #force: boolean;
  /** What was written so far, as a file system knows it that tells neither case nor composition apart. */
  readonly #written = new Set<string>();

  private constructor(root: string, force: boolean) {
    this.#root = root;
    this.#force = force;
  }

  /** Makes the folder if need be. @throws UsageError when it can't be one */
  static async open(folder: string, force: boolean): Promise<OutputFolder> {
    try {
      await mkdir(folder, { recursive: true });
      // The folder itself may be a link: it is the user's word.
      const root = await realpath(folder);
      if (!(await lstat(root)).isDirectory())
        throw new UsageError(`--out ${quote(folder)} is not a folder; give one`);
      return new OutputFolder(root, force);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`--out ${quote(folder)} ${cannotWrite(error)}; give a folder that can be written`);
    }
  }

  /** Whether a file of that name was written before: on some system that would be the same file. */
  has(name: string): boolean {
    return this.#written.has(folded(name));
  }

  /** The name itself where every system can have it and no file of the run has it; otherwise one near to it. */
  nameFor(name: string): string {
    if (workspaceNameProblem(name) !== null) return name;
    return unusableOnDisk(name) === null && !this.has(name)
      ? name
      : diskName(name, (other) => this.has(other));
  }

  /**
   * @param name relative to the folder, with forward slashes; hostile
   * @throws OutputFileError
   */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const problem = workspaceNameProblem(name) ?? unusableOnDisk(name);
    if (problem !== null) throw new OutputFileError(`its name ${problem}`);
    if (this.has(name)) throw new OutputFileError('another file of this run has that name');
    const segments = name.split('/');
    const last = segments.pop() ?? '';
    try {
      const folder = await this.#folder(segments);
      await this.#place(folder, path.join(folder, last), bytes);
      this.#written.add(folded(name));
    } catch (error) {
      if (error instanceof OutputFileError) throw error;
      throw new OutputFileError(cannotWrite(error));
    }
  }

  /** Makes the folders, one after the other: a link among them would lead elsewhere. */
  async #folder(segments: readonly string[]): Promise<string> {
    let folder = this.#root;
    for (const segment of segments) {
      folder = path.join(folder, segment);
      const found = await lstat(folder).catch((error: unknown) => {
        if (missing(error)) return null;
        throw error;
      });
      if (found === null) await mkdir(folder);
      else if (found.isSymbolicLink()) throw new OutputFileError('there is a link where a folder is needed');
      else if (!found.isDirectory()) throw new OutputFileError('there is a file where a folder is needed');
    }
    // Whoever changed the folder meanwhile: what is written lies below it.
    const real = await realpath(folder);
    const inside = real === this.#root || real.startsWith(`${this.#root}${path.sep}`);
    if (!inside) throw new OutputFileError('its folder leads out of the folder given with --out');
    return real;
  }

  async #place(folder: string, target: string, bytes: Uint8Array): Promise<void> {
    const found = await lstat(target).catch(() => null);
    if (found !== null && !this.#force) throw new OutputFileError('exists already; replace it with --force');
    if (found?.isDirectory() === true) throw new OutputFileError('there is a folder of that name');
    const unfinished = path.join(folder, `.vivarium-${randomUUID()}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
    const file = await open(unfinished, flags, 0o644);
    try {
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      // A rename puts itself in the place of a link, and does not follow it.
      if (this.#force) await rename(unfinished, target);
      else await this.#moveNew(unfinished, target);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Fails when there is something by now: a rename would replace it. */
  async #moveNew(from: string, to: string): Promise<void> {
    try {
      await link(from, to);
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST')
        throw new OutputFileError('exists already; replace it with --force');
      // A file system without hard links; the file did not exist a moment ago.
      await rename(from, to);
    }
  }
}
