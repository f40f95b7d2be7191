import { z } from 'zod';
import {
  ImportName,
  type PackageEntry,
  type PackageKind,
  PackageFileName,
  PackageVersion,
  Sha256,
} from './package-entry.ts';
import { normalizeName, PackageName } from '../../../shared/packages/package-settings.ts';
import { InstalledFileError, readInstalled } from '../../runtime/installed-file.ts';
import { PackageError } from '../package-error.ts';

/** Pyodide's is 114 kB. */
const MAX_LOCK_BYTES = 16 * 1024 * 1024;

/** What is used of `pyodide-lock.json`. */
const PyodideLock = z.object({
  info: z.object({
    abi_version: z.string().max(64),
    arch: z.literal('wasm32'),
    python: z.string().regex(/^\d+\.\d+\.\d+/u),
  }),
  packages: z.record(
    z.string(),
    z.object({
      name: PackageName,
      version: PackageVersion,
      file_name: PackageFileName,
      sha256: Sha256,
      depends: z.array(PackageName).max(500),
      imports: z.array(ImportName).max(2000),
      package_type: z.enum(['package', 'shared_library', 'static_library', 'cpython_module']),
    }),
  ),
});
type PyodideLock = z.infer<typeof PyodideLock>;
type PyodidePackage = PyodideLock['packages'][string];

/** The only authority on the names, versions, dependencies and hashes of the packages it knows. */
export class PackageLock {
  /** Of the interpreter, such as `3.14.0`. */
  readonly python: string;
  /** Such as `2026_0`: native wheels carry it in their platform tag. */
  readonly abi: string;
  readonly #byName: ReadonlyMap<string, PackageEntry>;

  private constructor(lock: PyodideLock, byName: ReadonlyMap<string, PackageEntry>) {
    this.python = lock.info.python;
    this.abi = lock.info.abi_version;
    this.#byName = byName;
  }

  /** @throws PackageError `bad-lock` */
  static parse(text: string): PackageLock {
    const parsed = PyodideLock.safeParse(parseJson(text));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw badLock(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
    }
    const byName = new Map<string, PackageEntry>();
    for (const found of Object.values(parsed.data.packages)) {
      const entry = entryOf(found);
      if (byName.has(entry.name)) throw badLock(`two packages are named "${entry.name}"`);
      byName.set(entry.name, entry);
    }
    return new PackageLock(parsed.data, byName);
  }

  /**
   * Reads the lock that came with the runtime, checked against the hash taken at build time.
   *
   * @throws PackageError `bad-lock`
   */
  static async load(file: string, sha256: string): Promise<PackageLock> {
    const bytes = await readInstalled(file, 'the package lock', { sha256 }).catch((error: unknown) => {
      throw asPackageError(error);
    });
    return PackageLock.parse(bytes.toString('utf8'));
  }

  get(name: string): PackageEntry | undefined {
    return this.#byName.get(normalizeName(name));
  }

  /** All packages, in no particular order. */
  entries(): IterableIterator<PackageEntry> {
    return this.#byName.values();
  }
}

/** Of a file that came with the program. Other errors pass unchanged. */
export const asPackageError = (error: unknown): unknown =>
  error instanceof InstalledFileError ? new PackageError('bad-lock', error.message, { cause: error }) : error;

function parseJson(text: string): unknown {
  if (text.length > MAX_LOCK_BYTES) throw badLock('it is too large');
  try {
    return JSON.parse(text);
  } catch {
    throw badLock('it is not JSON');
  }
}

function badLock(reason: string): PackageError {
  return new PackageError('bad-lock', `the package lock is damaged (${reason}); install Vivarium again`);
}

function entryOf(found: PyodidePackage): PackageEntry {
  return {
    name: normalizeName(found.name),
    version: found.version,
    fileName: found.file_name,
    sha256: found.sha256,
    kind: kindOf(found),
    depends: found.depends.map(normalizeName),
    // Where Pyodide knows no module, it has the name of the package.
    imports: found.imports.map((module) => module.replaceAll('-', '_')),
    origin: 'lock',
  };
}

function kindOf(found: PyodidePackage): PackageKind {
  switch (found.package_type) {
    case 'shared_library':
    case 'static_library':
      return 'library';
    case 'package':
    case 'cpython_module':
      return found.file_name.endsWith('.whl') ? 'wheel' : 'tests';
  }
}
