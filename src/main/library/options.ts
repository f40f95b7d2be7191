import path from 'node:path';
import { z } from 'zod';
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import { PackageSettings } from '../../shared/packages/package-settings.ts';
import { TimeoutMs } from '../../shared/contract/run.ts';
import type { ConfirmCall, HostFunctions } from '../functions/host-function.ts';
import { VivariumError } from './errors.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

/** Also those that it has from its class or prototype, getters included. */
const keysOf = (options: object): ReadonlySet<string> => {
  const keys = new Set<string>();
  for (let at: object | null = options; at !== null && at !== Object.prototype;) {
    for (const key of Object.getOwnPropertyNames(at)) if (key !== 'constructor') keys.add(key);
    at = Object.getPrototypeOf(at) as object | null;
  }
  return keys;
};

/** What is undefined is as if it were not there, as in any JavaScript. */
const withoutUndefined = (options: unknown): unknown =>
  typeof options === 'object' && options !== null && !Array.isArray(options)
    ? Object.fromEntries(
        [...keysOf(options)]
          .map((key): [string, unknown] => [key, Reflect.get(options, key)])
          .filter(([, value]) => value !== undefined),
      )
    : options;

const Folder = z
  .string()
  .min(1)
  .max(LIMITS.pathLength)
  .refine((folder) => path.isAbsolute(folder), 'must be an absolute path')
  .refine((folder) => !folder.includes('\0'), 'has a character that no path can have');

/** Where packages may come from, and which code may have. */
const PackageOptions = z.preprocess(
  withoutUndefined,
  PackageSettings.extend({
    /** Nothing outside this computer and the mirror is asked. */
    offline: z.boolean().default(false),
    /** File of an offline pack, as `vivarium packages pack` writes it. */
    pack: Folder.exactOptional(),
  }),
);

/** Looked at more closely by `FunctionSet`. */
export const Functions = z.custom<HostFunctions>(
  // A Map would have no functions by its keys.
  (value) => typeof value === 'object' && value !== null && !(Symbol.iterator in value),
  'must be an object with the functions by their names',
);
export const Confirm = z.custom<ConfirmCall>((value) => typeof value === 'function', 'must be a function');

/** What calls of one run may take. */
const Calls = z.strictObject({
  calls: z.int().min(0).max(LIMITS.functionCalls).default(DEFAULTS.functionCalls),
  perSecond: z.number().min(0.01).max(LIMITS.functionCalls).default(DEFAULTS.functionCallsPerSecond),
  argumentKiB: z
    .int()
    .min(1)
    .max(LIMITS.callBytes / 1024)
    .default(256),
  resultKiB: z
    .int()
    .min(1)
    .max(LIMITS.callResultBytes / 1024)
    .default(1024),
  keepArguments: z.boolean().default(false),
});

const Options = z.strictObject({
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  memoryMiB: z.int().min(LIMITS.memoryMiB.min).max(LIMITS.memoryMiB.max).default(DEFAULTS.memoryMiB),
  /** Captured output per stream and run, in KiB. */
  outputKiB: z.int().min(LIMITS.outputKiB.min).max(LIMITS.outputKiB.max).default(DEFAULTS.outputKiB),
  /** Time limit of runs that say none of their own, in ms. */
  timeoutMs: TimeoutMs.default(DEFAULTS.timeoutMs),
  /** Unused for so long, the processes are ended, in ms. */
  idleMs: z
    .int()
    .min(LIMITS.idleMinutes.min * MS_PER_MINUTE)
    .max(LIMITS.idleMinutes.max * MS_PER_MINUTE)
    .default(DEFAULTS.idleMinutes * MS_PER_MINUTE),
  /** Keep a second, started process in reserve, where memory allows. */
  standby: z.boolean().default(false),
  /** Started interpreters kept ready for runs without a session. */
  spares: z.int().min(0).max(LIMITS.spares).default(0),
  /** After so many crashes within that time the sandbox stays down until `restart()`. */
  crashLimit: z
    .strictObject({
      crashes: z.int().min(1).max(1000),
      windowMs: z
        .int()
        .min(1)
        .max(24 * 60 * MS_PER_MINUTE),
    })
    .default(DEFAULTS.crashLimit),
  /** Folder for packages and for what makes starts faster. By default one that all users of Vivarium share. */
  dataDir: Folder.exactOptional(),
  /** Folder with Python's runtime, where it is not found by itself: see docs/embedding.md. */
  assetsDir: Folder.exactOptional(),
  /** False for none at all. */
  packages: z
    .union([z.literal(false), PackageOptions], {
      error: ({ input }) =>
        typeof input === 'object' && input !== null
          ? undefined
          : 'must be false, or an object with what packages may be',
    })
    .prefault({}),
  /**
   * Whether the operating system must hold the process in: `supported` where there is a lock-down for the system
   * (Linux on x64 and arm64), `required` everywhere, `optional` nowhere.
   */
  lockdown: z.enum(['supported', 'required', 'optional']).default('supported'),
  /** What code may call. */
  functions: Functions.default({}),
  /** Decides on calls of functions whose `confirm` is `ask`. */
  confirm: Confirm.exactOptional(),
  calls: Calls.prefault({}),
});
export type ParsedOptions = z.output<typeof Options>;

/** @throws VivariumError `invalid-option`, whose message begins with the option's name */
export const parseOptions = (options: unknown): ParsedOptions =>
  parseOption(Options, withoutUndefined(options));

/**
 * @param name of the option; left out for an object of options
 * @throws VivariumError `invalid-option`, whose message begins with the option's name
 */
export const parseOption = <T>(schema: z.ZodType<T>, value: unknown, name?: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const above = name === undefined ? [] : [name];
  throw new VivariumError('invalid-option', issue === undefined ? 'not valid' : describe(issue, above));
};

const describe = (issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): string => {
  const place = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    // Of `false | {…}` the object was meant, unless the value is none.
    const inner = issue.errors
      .flat()
      .find(({ path: at, code }) => at.length > 0 || code === 'unrecognized_keys');
    if (inner !== undefined) return describe(inner, place);
  }
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [...place, key].map(String).join('.'));
    return `${names.join(', ')}: there is no such option; see docs/embedding.md for all of them`;
  }
  const name = place.length === 0 ? 'options' : place.map(String).join('.');
  return `${name}: ${issue.message}`;
};
