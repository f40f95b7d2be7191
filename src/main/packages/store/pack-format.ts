import { z } from 'zod';
import { readJsonList } from '../../foreign-text/json-list.ts';
import {
  OfferedWheel,
  PackageFileName,
  PackageVersion,
  NormalizedName,
  Sha256,
} from '../resolve/package-entry.ts';
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

/** As many as it may list, and the list itself. */
export const PACK_CAPS = { maxEntries: 5001, maxNameLength: 512 } as const;
const MAX_FILES = PACK_CAPS.maxEntries - 1;

export const PackManifest = z.strictObject({
  format: z.literal('vivarium-pack'),
  formatVersion: z.literal(1),
  pyodide: z.string().max(64),
  files: z.array(PackedFile).max(MAX_FILES),
});
export type PackManifest = z.infer<typeof PackManifest>;

/** @throws Error saying what is wrong with it */
export const parseManifest = async (bytes: Uint8Array): Promise<PackManifest> => {
  const { around, items } = await readJsonList(bytes, {
    maxBytes: MAX_MANIFEST_BYTES,
    key: 'files',
    maxItems: MAX_FILES,
    item: PackedFile,
  });
  return { ...PackManifest.parse(around), files: [...items] };
};

/** The packed wheels that a lock need not know. */
export function* offersOf({ files }: PackManifest): Generator<OfferedWheel> {
  for (const { name, version, fileName, sha256 } of files) {
    const offer = OfferedWheel.safeParse({ name, version, fileName, sha256 });
    if (offer.success) yield offer.data;
  }
}
