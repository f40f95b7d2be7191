/**
 * The settings: what they are, their defaults and what they may be. The stored file, the settings page and
 * everything that obeys a setting go by this schema.
 */
import { z } from 'zod';
import { DEFAULTS, LIMITS } from '../limits.ts';

const MS_PER_SECOND = 1000;

const between = (
  { min, max }: { readonly min: number; readonly max: number },
  unit: string,
): z.ZodType<number> => {
  const range = `must be from ${min} to ${max} ${unit}`;
  return z
    .number(`must be a number, ${range.slice('must be '.length)}`)
    .min(min, range)
    .max(max, range);
};

const wholeBetween = (
  range: { readonly min: number; readonly max: number },
  unit: string,
): z.ZodType<number> =>
  between(range, unit).refine((value) => Number.isInteger(value), `must be a whole number of ${unit}`);

// C0, DEL and C1: no path, name or address a person means contains them.
const CONTROL_CHARACTERS = /\p{Cc}/u;
const text = (maxLength: number): z.ZodString =>
  z
    .string('must be text')
    .max(maxLength, `must not be longer than ${maxLength} characters`)
    .refine((value) => !CONTROL_CHARACTERS.test(value), 'must not contain control characters');

const ABSOLUTE_PATH = /^(?:\/|[A-Za-z]:[\\/]|\\\\[^\\])/u;

const WEB_ADDRESS = /^https?:\/\/(?<authority>[^\s/?#\\]+)(?:[/?][^\s#]*)?$/iu;

const NO_PASSWORD = 'must not contain a user name or password';

const mirrorProblem = (mirror: string): string | null => {
  if (mirror === '' || ABSOLUTE_PATH.test(mirror)) return null;
  const authority = WEB_ADDRESS.exec(mirror)?.groups?.['authority'];
  if (authority === undefined) {
    return 'must be the full path of a folder, or an address with https:// or http:// and no part after "#"';
  }
  // The settings file is not a safe place for a password.
  return authority.includes('@') ? NO_PASSWORD : null;
};

const indexProblem = (index: string): string | null => {
  if (index === '') return null;
  const authority = WEB_ADDRESS.exec(index)?.groups?.['authority'];
  if (authority === undefined) {
    return 'must be an address with https:// or http:// and no part after "#"';
  }
  return authority.includes('@') ? `${NO_PASSWORD}; pip's own configuration may` : null;
};

/** Where packages come from: '' for the official place, the full path of a folder, or a web address. */
export const PackageMirror = text(LIMITS.pathLength).superRefine((mirror, context) => {
  const problem = mirrorProblem(mirror);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** Where packages come from that the lock does not know: '' for where pip or micropip would ask, or a web address. */
export const PackageIndexAddress = text(LIMITS.pathLength).superRefine((index, context) => {
  const problem = indexProblem(index);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

/** As in package indexes: letters, digits, and ".", "_", "-" between them. */
export const PackageName = text(128).regex(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/u,
  'must be a package name, such as numpy',
);

const HOST_LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST_PATTERN = new RegExp(
  `^(?:\\*(?:\\.${HOST_LABEL}){2,}|${HOST_LABEL}(?:\\.${HOST_LABEL})*)(?::[1-9][0-9]{0,4})?$`,
  'u',
);

/**
 * `api.example.org`, `*.example.org` (every host below it, itself not) or either with `:port`. In lower case.
 * A star stands alone at the front and before at least two further parts: `*` and `*.org` would be nearly
 * everything.
 */
export const HostPattern = text(260)
  .toLowerCase()
  .regex(HOST_PATTERN, 'must be a host such as api.example.org or *.example.org, without https:// and path')
  .refine((host) => Number(/:(\d+)$/u.exec(host)?.[1] ?? 0) < 65_536, 'must have a port up to 65535');

export const PythonRuntime = z.enum(['embedded', 'native'], 'must be "embedded" or "native"');
export type PythonRuntime = z.infer<typeof PythonRuntime>;

export const LANGUAGES = ['de', 'en', 'es', 'fr', 'it', 'ja', 'pl', 'pt', 'zh'] as const;
export const Language = z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`);
export type Language = z.infer<typeof Language>;

export const Theme = z.enum(['system', 'light', 'dark'], 'must be "system", "light" or "dark"');
export type Theme = z.infer<typeof Theme>;

const flag = z.boolean('must be true or false');
const list = <T extends z.ZodType>(element: T): z.ZodArray<T> =>
  z
    .array(element, 'must be a list')
    .max(LIMITS.settingListLength, `must not have more than ${LIMITS.settingListLength} entries`);

export const Config = z.object({
  plugins: z
    .object({
      python: z
        .object({
          enabled: flag.default(false),
          runtime: PythonRuntime.default('embedded'),
          /** The user's own interpreter: a full path, or a name to be found on the PATH. Native only. */
          binpath: text(LIMITS.pathLength).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  sandbox: z
    .object({
      /** Without a run for so long, the sidecar is ended. */
      idleMinutes: between(LIMITS.idleMinutes, 'minutes').default(DEFAULTS.idleMinutes),
      timeoutSeconds: between(
        { min: LIMITS.timeoutMs.min / MS_PER_SECOND, max: LIMITS.timeoutMs.max / MS_PER_SECOND },
        'seconds',
      ).default(DEFAULTS.timeoutMs / MS_PER_SECOND),
      memoryMiB: wholeBetween(LIMITS.memoryMiB, 'MiB').default(DEFAULTS.memoryMiB),
      outputKiB: wholeBetween(LIMITS.outputKiB, 'KiB').default(DEFAULTS.outputKiB),
      /** Keep a started spare. */
      standby: flag.default(true),
      packages: z
        .object({
          autoInstall: flag.default(true),
          mirror: PackageMirror.default(''),
          index: PackageIndexAddress.default(''),
          /** Room for all packages that code brings; what the user installs does not count. */
          cacheMiB: wholeBetween(LIMITS.packageCacheMiB, 'MiB').default(DEFAULTS.packageCacheMiB),
          /** Packages that may be installed; empty means any that the lock has. */
          allow: list(PackageName).default([]),
        })
        .prefault({}),
      network: z
        .object({
          /** Hosts that guest code may reach; empty means none. */
          allow: list(HostPattern).default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  general: z.object({ language: Language.default('en'), theme: Theme.default('system') }).prefault({}),
});
export type Config = z.infer<typeof Config>;

type PatchOf<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: PatchOf<T[K]> | undefined }
    : T;
/** Some settings with their new values; what is not mentioned stays as it is. */
export type ConfigPatch = PatchOf<Config>;

/** What a person should know about the settings file. */
export const ConfigNotice = z.discriminatedUnion('code', [
  /** The file could not be understood; it was kept under another name. */
  z.strictObject({ code: z.literal('damaged'), detail: z.string(), movedTo: z.string().nullable() }),
  /** Written by a newer version: it is read, but not changed. */
  z.strictObject({ code: z.literal('newer'), version: z.number() }),
  /** The file is there but can't be read; the defaults hold and nothing is written. */
  z.strictObject({ code: z.literal('unreadable'), detail: z.string() }),
  /** Changes hold until the app is closed, but could not be stored. */
  z.strictObject({ code: z.literal('not-saved'), detail: z.string() }),
  /** One setting has a value that it can't have; its default holds. */
  z.strictObject({ code: z.literal('invalid-value'), key: z.string(), detail: z.string() }),
]);
export type ConfigNotice = z.infer<typeof ConfigNotice>;
