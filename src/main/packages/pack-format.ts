import { z } from 'zod';
import { OfferedWheel, PackageFileName, PackageVersion, NormalizedName, Sha256 } from './package-entry.ts';
import { MAX_FILE_BYTES } from './verified-file.ts';

/** An offline pack is a zip of this list and, uncompressed, the files below `files/`. */
export const PACK_MANIFEST = 'manifest.json';
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

export const packPath = (fileName: string): string => `files/${fileName}`;

export const PackedFile = z.strictObject({
  name: NormalizedName,
  version: PackageVersion,
  fileName: PackageFileName,
  sha256: Sha256,
  bytes: z.number().int().nonnegative().max(MAX_FILE_BYTES),
});
export type PackedFile = z.infer<typeof PackedFile>;

export const PackManifest = z.strictObject({
  format: z.literal('vivarium-pack'),
  formatVersion: z.literal(1),
  pyodide: z.string().max(64),
  files: z.array(PackedFile).max(5000),
});
export type PackManifest = z.infer<typeof PackManifest>;

/** The packed wheels that a lock need not know. */
export const offersOf = ({ files }: PackManifest): OfferedWheel[] =>
  files.flatMap(({ name, version, fileName, sha256 }) => {
    const offer = OfferedWheel.safeParse({ name, version, fileName, sha256 });
    return offer.success ? [offer.data] : [];
  });
