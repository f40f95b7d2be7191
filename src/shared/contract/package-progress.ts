/** How far the fetching of packages is, in files and bytes. */
import { z } from 'zod';

export const PackageProgress = z.strictObject({
  filesDone: z.number().int().nonnegative(),
  filesTotal: z.number().int().nonnegative(),
  bytesDone: z.number().nonnegative(),
  /** Of the files whose size is known so far; null before any is. */
  bytesTotal: z.number().nonnegative().nullable(),
  /** The package that moved last. */
  packageName: z.string(),
});
export type PackageProgress = Readonly<z.infer<typeof PackageProgress>>;
