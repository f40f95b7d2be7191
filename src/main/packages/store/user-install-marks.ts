import path from 'node:path';
import { z } from 'zod';
import { NormalizedName, PackageVersion, Sha256 } from '../resolve/package-entry.ts';
import { RecordFolder } from './record-folder.ts';

const MAX_MARK_BYTES = 4096;
const FORMAT = 1;
const FILE_NAME = /^([0-9a-f]{64})\.json$/u;

/** That the user installed a file, under the file's hash. */
export const UserInstallMark = z.strictObject({
  sha256: Sha256,
  name: NormalizedName,
  version: PackageVersion,
  /** Whether they named it themselves; otherwise it came because another one needs it. */
  named: z.boolean(),
});
export type UserInstallMark = z.infer<typeof UserInstallMark>;

const fileOf = (sha256: string): string => `${sha256}.json`;

/**
 * What the user installed by hand, as opposed to what code brought: marks beside the store, each of one file's hash.
 * Whatever has none was brought by a run. All methods throw PackageError.
 */
export class UserInstallMarks {
  readonly #records: RecordFolder<UserInstallMark>;
  /** The same object for the same records. */
  readonly #byHash = new WeakMap<object, ReadonlyMap<string, UserInstallMark>>();

  /** @param storeFolder the folder of the store whose files the marks are of */
  constructor(storeFolder: string) {
    this.#records = new RecordFolder({
      folder: path.join(storeFolder, 'by-hand'),
      damaged: path.join(storeFolder, 'damaged'),
      unfinished: path.join(storeFolder, 'unfinished'),
      maxBytes: MAX_MARK_BYTES,
      fileName: FILE_NAME,
      parse: ({ format, value }, file) => {
        const mark = format === FORMAT ? UserInstallMark.safeParse(value).data : undefined;
        return mark !== undefined && fileOf(mark.sha256) === file ? mark : null;
      },
    });
  }

  /** By hash. */
  async load(): Promise<ReadonlyMap<string, UserInstallMark>> {
    const records = await this.#records.load();
    const known = this.#byHash.get(records);
    if (known !== undefined) return known;
    const marks = new Map([...records.found.values()].map((mark) => [mark.sha256, mark]));
    this.#byHash.set(records, marks);
    return marks;
  }

  /** A package that was named once stays marked as named. */
  async put(marks: Iterable<UserInstallMark>): Promise<void> {
    const there = await this.load();
    for (const mark of marks) {
      const before = there.get(mark.sha256);
      if (before !== undefined && (before.named || !mark.named)) continue;
      await this.#records.put(fileOf(mark.sha256), FORMAT, UserInstallMark.parse(mark));
    }
  }

  remove(hashes: Iterable<string>): Promise<void> {
    return this.#records.remove([...hashes].map(fileOf));
  }

  clear(): Promise<void> {
    return this.#records.clear();
  }
}
