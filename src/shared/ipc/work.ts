/** What the page may ask of what is kept of the console's sessions. */
import { z } from 'zod';
import { Bytes } from '../contract/run.ts';
import { LIMITS } from '../limits.ts';

/** Safe as the name of a file everywhere, also where the case of letters does not count. */
export const WorkPartName = z
  .string()
  .max(100, { abort: true })
  .regex(/^s[a-z0-9-]*$/u, 'names of parts begin with "s" and consist of small letters, digits and "-"');

export const WorkPart = z.strictObject({
  name: WorkPartName,
  bytes: Bytes.refine(
    (bytes) => bytes.byteLength <= LIMITS.workPartBytes,
    `is larger than ${LIMITS.workPartBytes} bytes`,
  ),
});
export type WorkPart = z.infer<typeof WorkPart>;

const Some = <T extends z.ZodType>(of: T): z.ZodArray<T> => z.array(of).max(LIMITS.workPartsAtOnce);

export const workArguments = {
  names: z.tuple([]),
  read: z.tuple([WorkPartName]),
  save: z.tuple([Some(WorkPart), Some(WorkPartName)]),
  setAside: z.tuple([WorkPartName]),
  settled: z.tuple([]),
} as const;

export interface ReadPart {
  /** Null when there is none that can be read. */
  readonly bytes: Uint8Array | null;
  /** Where damaged files of it were moved. */
  readonly damaged: readonly string[];
  /** A newer one was saved, and is damaged or not written to its end: what these bytes say may not hold any more. */
  readonly isOlder: boolean;
}
