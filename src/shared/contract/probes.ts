/** Attempts of a sidecar to break out of its own lock-down, as `vivarium doctor` reports them. */
import { z } from 'zod';

/** The thread that tries: the control thread, the pool that serves its files, a worker started afterwards. */
export const ProbeThread = z.enum(['main', 'pool', 'worker']);
export type ProbeThread = z.infer<typeof ProbeThread>;

export const ProbeGroup = z.enum([
  'files',
  'programs',
  'network',
  'browser-network',
  'other-processes',
  'native-code',
  'debugging',
  'system-calls',
]);
export type ProbeGroup = z.infer<typeof ProbeGroup>;

/** Names of the probes that Landlock refuses as well, by which its evidence is found. */
export const LANDLOCK_PROBES = {
  openCall: 'openat',
  readFile: 'read a file',
  listFolder: 'list a folder',
  makeFolder: 'make a folder',
} as const;

export const ProbeResult = z.strictObject({
  name: z.string().max(100),
  group: ProbeGroup,
  where: ProbeThread,
  refused: z.boolean(),
  /** The error it got, or what it got hold of. */
  how: z.string().max(200),
});
export type ProbeResult = z.infer<typeof ProbeResult>;
