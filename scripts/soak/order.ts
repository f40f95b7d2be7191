/** What a driver is told to do, and what it reports: both are files of JSON between two programs. */
import { z } from 'zod';

export const PARTS = ['starts', 'workers', 'runs', 'hostile'] as const;
export type PartName = (typeof PARTS)[number];

/** Environment variable of a driver that names the file with its order. */
export const ORDER_VARIABLE = 'VIVARIUM_SOAK_ORDER';

const Count = z.number().int().nonnegative();

/** Resident memory in the first and in the last quarter of the time, as medians, and the most that was seen. */
export const MemoryCourse = z.strictObject({
  firstMiB: z.number(),
  lastMiB: z.number(),
  peakMiB: z.number(),
});
export type MemoryCourse = z.infer<typeof MemoryCourse>;

/** Hostile code, and what may come of it. */
export const Attack = z.strictObject({
  name: z.string(),
  code: z.string(),
  /** Verdicts that tell the truth about it. */
  verdicts: z.array(z.string()).min(1),
  timeoutMs: z.number().int(),
  /**
   * What later runs of the same session meet: one without memory may truly be `out-of-memory`, one whose built-in names
   * were changed may truly be an `error`.
   */
  leaves: z.enum(['nothing', 'full-memory', 'changed-builtins']).default('nothing'),
});
export type Attack = z.infer<typeof Attack>;

const common = {
  /** The build's folder, `out`. */
  outDir: z.string(),
  /** Empty, and the soak's own. */
  dataFolder: z.string(),
  reportFile: z.string(),
};

export const Order = z.discriminatedUnion('part', [
  z.strictObject({ part: z.literal('starts'), count: Count, ...common }),
  z.strictObject({
    part: z.literal('workers'),
    count: Count,
    /** Chooses the moments. */
    seed: Count,
    /** The script of the process whose threads are ended. */
    sidecar: z.string(),
    ...common,
  }),
  z.strictObject({ part: z.literal('runs'), count: Count, ...common }),
  z.strictObject({
    part: z.literal('hostile'),
    minutes: z.number().positive(),
    indexUrl: z.string(),
    attacks: z.array(Attack).min(1),
    ...common,
  }),
]);
export type Order = z.infer<typeof Order>;
export type OrderOf<P extends PartName> = Extract<Order, { part: P }>;

/** Of what was ended one after the other. */
const ends = {
  asked: Count,
  /** Ended, by the way in which that was done, or what they were doing. */
  ended: z.record(z.string(), Count),
  hung: Count,
  wrong: z.array(z.string()),
  lost: z.array(z.string()),
  perSecond: z.number(),
  /** Threads of the process before the first and after the last one; null where they can't be counted. */
  threads: z.strictObject({ before: Count, after: Count }).nullable(),
  main: MemoryCourse.nullable(),
  sidecar: MemoryCourse.nullable(),
} as const;

export const Report = z.discriminatedUnion('part', [
  z.strictObject({
    part: z.literal('starts'),
    asked: Count,
    /** Started as another process than all before, locked down, and answered. */
    good: Count,
    hung: Count,
    /** Whatever else came of a start, in words. */
    wrong: z.array(z.string()),
    /** Processes that ended without having been told to, in words. */
    lost: z.array(z.string()),
    ms: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }),
  }),
  z.strictObject({ part: z.literal('workers'), ...ends }),
  z.strictObject({ part: z.literal('runs'), ...ends }),
  z.strictObject({
    part: z.literal('hostile'),
    minutes: z.number(),
    runs: Count,
    hung: Count,
    statuses: z.record(z.string(), Count),
    /** Verdicts that were not true, in words. */
    untrue: z.array(z.string()),
    /** Why processes ended. */
    ends: z.record(z.string(), Count),
    /** Times that the sandbox had to be restarted by hand, because processes had crashed too often. */
    broken: Count,
    /** Of main's event loop, in ms. */
    delay: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }),
    main: MemoryCourse.nullable(),
    canary: z.strictObject({ untouched: z.boolean(), connections: Count }),
  }),
]);
export type Report = z.infer<typeof Report>;
export type ReportOf<P extends PartName> = Extract<Report, { part: P }>;
