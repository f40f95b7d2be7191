import { CURATED_MODULES } from '../../../shared/curated-packages.ts';
import { normalizeName } from '../../../shared/packages/package-settings.ts';
import type { PackageContent } from './cached-wheel.ts';
import { folded, segmentsOf, SITE_PACKAGES, stemOf } from './wheel-files.ts';

/** Precedence where two packages have the same module: the lower rank wins, otherwise the one that was installed first. */
const RANK = { lock: 0, curated: 1, ownName: 2, other: 3 } as const;
type Rank = (typeof RANK)[keyof typeof RANK];

/** Two packages that can't both be in one interpreter. */
export interface FileConflict {
  readonly name: string;
  /** Installed already, with files at the paths of the other. */
  readonly other: string;
}

/** What of each package is put into an interpreter: numbers of its files, in the order of the packages. */
export type Placement =
  { readonly files: readonly (readonly number[])[] } | { readonly conflict: FileConflict };

/** A module or another file that one package has, which keeps other packages from having it. */
interface Claim {
  /** Parts of the path; of what is below the packages' folder without that. */
  readonly parts: readonly string[];
  readonly rank: Rank;
  /** Numbers of the files that are in it. */
  readonly files: number[];
}

interface Owner {
  readonly name: string;
  readonly rank: Rank;
}

const IMPORTABLE = /\.(?:py|pyc|so)$/u;
const CURATED_OWNERS: ReadonlyMap<string, string> = new Map(
  [...CURATED_MODULES].map(([module, owner]) => [folded(module), owner] as const),
);
/** Bytecode of a source lies in a folder beside it. */
const BYTECODE = '__pycache__';
/** Between the parts of a path; it is in none of them. */
const JOINT = '/';

/**
 * Which package has which modules in one interpreter. A file never replaces or shadows one of another package: `six/`,
 * `six.so` and bytecode of `six` all count as `six.py`, and everything in `pandas/` belongs to pandas.
 */
export class PlacedFiles {
  /** By path. */
  readonly #owners = new Map<string, Owner>();
  /** Of everything below a folder, by the folder and by name. */
  readonly #within = new Map<string, Map<string, Owner>>();

  /** Decides on the files of all packages, and records it unless two conflict. Packages of Pyodide's lock never conflict. */
  place(wheels: readonly PackageContent[]): Placement {
    const claims = wheels
      .flatMap((wheel, index) => claimsOf(wheel).map((claim) => ({ claim, index, wheel })))
      .sort((left, right) => left.claim.rank - right.claim.rank);
    for (const { claim, wheel } of claims) {
      const other = this.#inTheWay(claim, wheel.name);
      if (other !== null && claim.rank < other.rank)
        return { conflict: { name: wheel.name, other: other.name } };
    }
    const files: number[][] = wheels.map(() => []);
    for (const { claim, index, wheel } of claims) {
      if (claim.rank !== RANK.lock && this.#inTheWay(claim, wheel.name) !== null) continue;
      this.#note(claim, { name: wheel.name, rank: claim.rank });
      files[index]?.push(...claim.files);
    }
    return { files: files.map((numbers) => numbers.sort((left, right) => left - right)) };
  }

  /** Of those that have it, or something above or below it, the one of the highest rank. */
  #inTheWay({ parts }: Claim, name: string): Owner | null {
    const found: Owner[] = [];
    for (let length = 1; length <= parts.length; length++) {
      const owner = this.#owners.get(parts.slice(0, length).join(JOINT));
      if (owner !== undefined) found.push(owner);
    }
    found.push(...(this.#within.get(parts.join(JOINT))?.values() ?? []));
    const others = found.filter((owner) => owner.name !== name);
    return others.sort((left, right) => right.rank - left.rank)[0] ?? null;
  }

  #note({ parts }: Claim, owner: Owner): void {
    const key = parts.join(JOINT);
    if (!this.#owners.has(key)) this.#owners.set(key, owner);
    for (let length = 1; length < parts.length; length++) {
      const folder = parts.slice(0, length).join(JOINT);
      const owners = this.#within.get(folder) ?? new Map<string, Owner>();
      this.#within.set(folder, owners);
      // The least that it is there with is what others may go by.
      const before = owners.get(owner.name);
      if (before === undefined || owner.rank > before.rank) owners.set(owner.name, owner);
    }
  }
}

/** Modules and files that a wheel claims. */
const claimsOf = (wheel: PackageContent): Claim[] => {
  const paths = wheel.paths.map(partsOf);
  const packages = new Set(
    paths
      .filter((parts, index) => isInit(parts.at(-1)) && !wheel.sharedFolders.has(index))
      .map((parts) => parts.slice(0, -1).join(JOINT)),
  );
  const claims = new Map<string, Claim>();
  paths.forEach((path, index) => {
    const parts = claimedBy(path, packages, wheel.sharedFolders.has(index));
    const key = parts.join(JOINT);
    const claim = claims.get(key) ?? { parts, rank: rankOf(wheel, parts), files: [] };
    claim.files.push(index);
    claims.set(key, claim);
  });
  return [...claims.values()];
};

/** The whole package that a file is in, otherwise its module, otherwise the file itself. */
const claimedBy = (
  path: readonly string[],
  packages: ReadonlySet<string>,
  isDeclaration: boolean,
): readonly string[] => {
  for (let length = 1; length < path.length; length++) {
    const folder = path.slice(0, length);
    if (packages.has(folder.join(JOINT))) return folder;
  }
  const file = path.at(-1) ?? '';
  if (isDeclaration || !IMPORTABLE.test(file)) return path;
  const folders = path.slice(0, -1);
  return [...(folders.at(-1) === BYTECODE ? folders.slice(0, -1) : folders), stemOf(file)];
};

const isInit = (file = ''): boolean => IMPORTABLE.test(file) && stemOf(file) === '__init__';

/** Other places are told apart from the packages' folder by their first part, which no name is. */
const partsOf = (path: string): string[] => {
  const isPackage = path.startsWith(SITE_PACKAGES);
  const rest = isPackage ? path.slice(SITE_PACKAGES.length) : path.slice(1);
  const parts = (segmentsOf(rest) ?? [rest]).map(folded);
  return isPackage ? parts : ['', ...parts];
};

const rankOf = ({ isOfLock, name }: PackageContent, parts: readonly string[]): Rank => {
  if (isOfLock) return RANK.lock;
  const top = parts[0] ?? '';
  const owner = CURATED_OWNERS.get(top);
  if (owner !== undefined) return owner === name ? RANK.curated : RANK.other;
  // `google/cloud/storage` is google-cloud-storage's.
  const isOwn = parts.some((_part, index) => normalizeName(parts.slice(0, index + 1).join('-')) === name);
  return isOwn ? RANK.ownName : RANK.other;
};
