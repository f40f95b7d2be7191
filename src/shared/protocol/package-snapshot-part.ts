import { z } from 'zod';
import { Bytes } from '../contract/run.ts';
import { PACKAGE_LIMITS } from './package-limits.ts';
import { PackageHash } from './package-parts.ts';

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
