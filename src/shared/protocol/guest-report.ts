/** The guest's report at the end of a run. Untrusted. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { RunError, GuestResultFields, type OutputFile, type RunNotice } from '../contract/run.ts';

/** A file as the guest reports it: any text and any number. An absolute name is outside of /workspace. */
const ReportedFile = z.strictObject({
  name: z.string(),
  size: z.number(),
  mime: z.string(),
  /** The name that the code gave it, where that could not be kept. */
  was: z.string().exactOptional(),
  /** It is still open for writing, and may not be whole. */
  open: z.boolean().exactOptional(),
});
export type ReportedFile = z.infer<typeof ReportedFile>;

/** Files as the guest lists them; undefined where that is no list. */
export const ReportedFiles = z.array(ReportedFile).max(LIMITS.listedFiles).optional().catch(undefined);

/** Name and size of a file that exists, as found by the realm around the interpreter, out of Python's reach. */
export const FoundFiles = z.array(z.tuple([z.string(), z.number()])).max(LIMITS.listedFiles);
export type FoundFiles = z.infer<typeof FoundFiles>;

/** The report itself; see outcome.py. */
export const GuestReport = GuestResultFields.extend({
  error: RunError.nullable(),
  files: ReportedFiles,
  truncated: z.boolean(),
  /** New or changed files, put before the guest's own words; absent where no realm surrounds it. */
  changed: FoundFiles.optional(),
  /** Whether more were changed. */
  changedCut: z.boolean().default(false),
});
export type GuestReport = z.infer<typeof GuestReport>;

/** A report that obeys the contract. */
export interface GuestOutcome extends Readonly<Omit<GuestReport, 'files' | 'changed' | 'changedCut'>> {
  readonly files: OutputFile[];
  readonly notices: RunNotice[];
}
