/** What a run is at, once the packages that it needs are fetched. */
import { z } from 'zod';

const PackageName = z.string().max(128);

export const RunPhase = z.discriminatedUnion('name', [
  /** Their files are put into the interpreter. */
  z.strictObject({ name: z.literal('installing'), packageNames: z.array(PackageName) }),
  /** The code runs, and imports them, which takes long where there is no snapshot yet. */
  z.strictObject({
    name: z.literal('importing'),
    /** The one whose files were read last. */
    packageName: PackageName,
    /** How long the whole of it took on this computer the last time, in ms; null where that is not known. */
    expectedMs: z.number().nonnegative().nullable(),
  }),
  /** The code runs, and imports nothing for the moment. */
  z.strictObject({ name: z.literal('running') }),
]);
export type RunPhase = Readonly<z.infer<typeof RunPhase>>;
