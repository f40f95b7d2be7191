import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import type { UserInstallMarks } from './user-install-marks.ts';
import type { Hold, Holds } from './holds.ts';
import type { UserEntry } from '../resolve/package-entry.ts';
import { PackageError } from '../package-error.ts';
import type { PackageStore, StoredFile } from './store.ts';
import type { UserLock } from './user-lock.ts';
import { MIB } from '../../../shared/units.ts';

/** Entries of the user's own lock that runs have brought, and what their files may have together, in bytes. */
const MAX_ENTRIES = 2000;
const MAX_ENTRY_BYTES = 16 * MIB;

/** How one transaction keeps files in the store. All methods throw PackageError. */
export interface StoreWriter {
  /** These are about to be used: no process removes them until the transaction is over. */
  hold(hashes: Iterable<string>): Promise<void>;
  /** Writes a file into the store. */
  keep(sha256: string, bytes: Uint8Array): Promise<void>;
  /** Writes an entry into the user's own lock. */
  record(entry: UserEntry): Promise<void>;
}

export interface StoreQuotaOptions {
  readonly store: PackageStore;
  readonly userLock: UserLock;
  readonly userInstallMarks: UserInstallMarks;
  readonly holds: Holds;
  /** For all that code brings. */
  readonly capBytes: number;
  /** Hashes of what is kept in any case. */
  readonly alwaysKept: () => Promise<ReadonlySet<string>>;
}

/**
 * The room that the store has. What the user asks for may take any; what code brings has so much in all, and what was
 * not used for longest is evicted first, with its entry in the user's own lock.
 */
export class StoreQuota {
  readonly #options: StoreQuotaOptions;
  /** One after the other, so that what each adds is counted by the next. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: StoreQuotaOptions) {
    this.#options = options;
  }

  forUser(hold: Hold): StoreWriter {
    const { store, userLock } = this.#options;
    return {
      hold: (hashes) => hold.add(hashes),
      keep: (sha256, bytes) => store.write(sha256, bytes),
      record: (entry) => userLock.put(entry),
    };
  }

  forCode(hold: Hold): StoreWriter {
    const { store, userLock } = this.#options;
    return {
      hold: (hashes) => hold.add(hashes),
      keep: (sha256, bytes) =>
        this.#inTurn(async () => {
          if (hold.wrote(bytes.byteLength) > PACKAGE_LIMITS.runBytes) throw tooMuchForOne();
          await hold.add([sha256]);
          await this.#evictFor(bytes.byteLength);
          await store.write(sha256, bytes);
        }),
      record: (entry) =>
        this.#inTurn(async () => {
          await hold.add([entry.sha256]);
          await userLock.put(entry);
          await this.#limitEntries();
        }),
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #evictFor(bytes: number): Promise<void> {
    const { capBytes, userInstallMarks, holds, store, userLock } = this.#options;
    const [alwaysKept, byHand] = await Promise.all([this.#options.alwaysKept(), userInstallMarks.load()]);
    const files = (await store.list()).filter(({ sha256 }) => !alwaysKept.has(sha256) && !byHand.has(sha256));
    let total = files.reduce((sum, file) => sum + file.bytes, bytes);
    if (total <= capBytes) return;
    const held = await holds.hashes();
    const { entries } = await userLock.load();
    for (const file of files.sort(oldestFirst)) {
      if (total <= capBytes) return;
      if (held.has(file.sha256)) continue;
      // First its entry: a file that nothing names is found again here, an entry without a file is asked for elsewhere.
      await userLock.forget(entries.filter(({ sha256 }) => sha256 === file.sha256));
      await store.remove(file.sha256);
      total -= file.bytes;
    }
    if (total > capBytes) throw noRoom(capBytes);
  }

  async #limitEntries(): Promise<void> {
    const { userInstallMarks, holds, store, userLock } = this.#options;
    const lock = await userLock.load();
    const byHand = await userInstallMarks.load();
    const brought = lock.entries.filter(({ sha256 }) => !byHand.has(sha256));
    if (brought.length <= MAX_ENTRIES && lock.bytes <= MAX_ENTRY_BYTES) return;
    const usedAt = new Map((await store.list()).map((file) => [file.sha256, file.usedAtMs]));
    const held = await holds.hashes();
    const mayGo = brought
      .filter(({ sha256 }) => !held.has(sha256))
      .sort((left, right) => (usedAt.get(left.sha256) ?? 0) - (usedAt.get(right.sha256) ?? 0));
    // Evict somewhat more than necessary, so that the next file does not need it again.
    const going = new Set(mayGo.slice(0, Math.max(brought.length - MAX_ENTRIES * 0.9, mayGo.length / 10)));
    const staying = new Set(lock.entries.filter((entry) => !going.has(entry)).map(({ sha256 }) => sha256));
    await userLock.forget(going);
    for (const { sha256 } of going) if (!staying.has(sha256)) await store.remove(sha256);
  }
}

const oldestFirst = (left: StoredFile, right: StoredFile): number => left.usedAtMs - right.usedAtMs;

const tooMuchForOne = (): PackageError =>
  new PackageError(
    'too-large',
    `the packages of this run have more than ${PACKAGE_LIMITS.runBytes / MIB} MiB, which is all that a run is given; ` +
      'let it use fewer of them, or split it up',
  );

const noRoom = (capBytes: number): PackageError =>
  new PackageError(
    'store-full',
    `packages that code brings may have ${Math.trunc(capBytes / MIB)} MiB, and runs under way need all of it; run it ` +
      'again later, or allow more (sandbox.packages.cacheMiB)',
  );
