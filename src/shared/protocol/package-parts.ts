/** Schemas for installing packages into an interpreter, on both connections: main ↔ sidecar and sidecar ↔ worker. */
import { z } from 'zod';
import { Bytes } from '../contract/run.ts';
import { PackageName as StrictName } from '../packages/package-settings.ts';
import { PACKAGE_LIMITS } from './package-limits.ts';

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
