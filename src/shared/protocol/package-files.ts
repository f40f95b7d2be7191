/** Schemas for installing packages into an interpreter, on both connections: main ↔ sidecar and sidecar ↔ worker. */
import { z } from 'zod';
import { PackageName as StrictName } from '../packages/package-settings.ts';
import { Bytes } from '../contract/sandbox.ts';

/** Caps of packages in an interpreter. Bytes unless the name says otherwise. */
export const PACKAGE_LIMITS = {
  /** Names, extra fields and comments of all entries of a zip: an extra field of 64 KiB may become 16,000 objects. */
  zipListBytes: 4 * 1024 * 1024,
  /** Largest wheel. */
  wheelBytes: 128 * 1024 * 1024,
  /** All wheels that one run is given. */
  runBytes: 256 * 1024 * 1024,
  /** All files of one wheel, unpacked. */
  unpackedBytes: 384 * 1024 * 1024,
  /** Most files of one wheel. */
  files: 20_000,
  /** Longest path of a file, in UTF-16 units. */
  pathLength: 512,
  /** Most packages of one interpreter. */
  packages: 500,
  /** Part of a wheel in one message. */
  partBytes: 8 * 1024 * 1024,
  /** Largest image with packages in it, compressed. */
  imageBytes: 128 * 1024 * 1024,
  /** Modules that are imported into a snapshot. */
  modules: 500,
  /** Longest result of testing packages. */
  tryReport: 1024 * 1024,
  /** Longest report about the imports of a piece of code. */
  importReport: 60_000,
} as const;

export const PackageHash = z.string().regex(/^[0-9a-f]{64}$/u, 'is not a SHA-256 in hexadecimal');

const PackageName = z.string().min(1).max(128);

/** How a file is put into the interpreter: a wheel, a shared library, or a package's tests. */
export const PackageKind = z.enum(['wheel', 'library', 'tests']);
export type PackageKind = z.infer<typeof PackageKind>;

/** Restrictions for a wheel that is not in Pyodide's lock. */
export const WheelRestrictions = z.strictObject({
  /** Modules at the top that belong to others: no file of it is put there. */
  withheld: z.array(z.string().max(256)).max(10_000),
});
export type WheelRestrictions = z.infer<typeof WheelRestrictions>;

/** Two packages that conflict in one interpreter: `other` is installed already, with files at the paths of the first. */
export const PackageConflict = z.strictObject({ name: StrictName, other: StrictName });
export type PackageConflict = z.infer<typeof PackageConflict>;

/** Part of a wheel. What it is was checked by main. */
export const PackagePart = z.strictObject({
  sha256: PackageHash,
  name: PackageName,
  kind: PackageKind,
  /** Left out for those of Pyodide's lock. */
  restrictions: WheelRestrictions.exactOptional(),
  /** Of the whole wheel. */
  totalBytes: z.number().int().positive().max(PACKAGE_LIMITS.wheelBytes),
  /** Where in the wheel it belongs. */
  offset: z.number().int().nonnegative().max(PACKAGE_LIMITS.wheelBytes),
  bytes: Bytes.refine((bytes) => bytes.byteLength <= PACKAGE_LIMITS.partBytes),
});
export type PackagePart = z.infer<typeof PackagePart>;

/** A package in an interpreter's file system. The contents of its files are requested when they are read. */
export const PlacedPackage = z.strictObject({
  name: PackageName,
  /** Absolute, and none of them leads out of where packages belong. */
  paths: z.array(z.string().startsWith('/').max(PACKAGE_LIMITS.pathLength)).max(PACKAGE_LIMITS.files),
  /** Of each file, in bytes. */
  sizes: z.array(z.number().int().nonnegative()).max(PACKAGE_LIMITS.files),
  /** Number of the first file in that interpreter; the others follow. */
  firstId: z.number().int().nonnegative(),
});
export type PlacedPackage = z.infer<typeof PlacedPackage>;

export const ModuleName = z
  .string()
  .max(256)
  .regex(/^[^\W\d]\w*(?:\.[^\W\d]\w*)*$/u);

/** Imports that an interpreter found in a piece of code: JSON from the guest, untrusted. */
export const ImportReport = z.strictObject({
  /** Imported, and not to be found in the interpreter. */
  modules: z.array(ModuleName).max(500),
  /** Modules that what is imported may use for what the code does with it. */
  hints: z.array(ModuleName).max(100),
  /** What the code itself asks to be installed. */
  asked: z.array(z.string().min(1).max(128)).max(100),
});
export type ImportReport = z.infer<typeof ImportReport>;

/** Part of an image with packages in it, compressed, in order. */
export const PackageSnapshotPart = z.strictObject({
  key: PackageHash,
  /** Of the whole. */
  totalBytes: z.number().int().positive().max(PACKAGE_LIMITS.imageBytes),
  /** Where in the whole it belongs. */
  offset: z.number().int().nonnegative().max(PACKAGE_LIMITS.imageBytes),
  bytes: Bytes.refine((bytes) => bytes.byteLength <= PACKAGE_LIMITS.partBytes),
});
export type PackageSnapshotPart = z.infer<typeof PackageSnapshotPart>;
