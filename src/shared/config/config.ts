/**
 * The settings: what they are, their defaults and what they may be. The stored file, the settings page and
 * everything that obeys a setting go by this schema.
 */
import { z } from 'zod';
import { DEFAULT_LANGUAGE, Language } from '../languages.ts';
import { DEFAULTS, LIMITS } from '../limits.ts';
import { StoredPackageSettings } from '../packages/package-settings.ts';
import { DEFAULT_RUNTIME, PythonRuntime } from '../runtimes.ts';
import { between, flag, list, text, wholeBetween } from '../setting-fields.ts';
import { MS_PER_SECOND } from '../units.ts';
import { ServerParts } from './tool-server-parts.ts';

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
const HostPattern = text(260)
  .toLowerCase()
  .regex(HOST_PATTERN, 'must be a host such as api.example.org or *.example.org, without https:// and path')
  .refine((host) => Number(/:(\d+)$/u.exec(host)?.[1] ?? 0) < 65_536, 'must have a port up to 65535');

export const Theme = z.enum(['system', 'light', 'dark'], 'must be "system", "light" or "dark"');
export type Theme = z.infer<typeof Theme>;

export const Config = z.object({
  plugins: z
    .object({
      python: z
        .object({
          enabled: flag.default(false),
          runtime: PythonRuntime.default(DEFAULT_RUNTIME),
          /** The user's own interpreter, for a runtime that needs one: a full path, or a name to be found on the PATH. */
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
      /** Whether a second sidecar is kept started, to take over when the active one is gone. */
      standby: flag.default(true),
      packages: StoredPackageSettings.prefault({}),
      network: z
        .object({
          /** Hosts that guest code could reach. Kept for then: no run reaches the network yet, whatever is in here. */
          allow: list(HostPattern).default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  tools: z
    .object({
      /** Lists servers of the Model Context Protocol whose tools code can call; a full path, empty for none. */
      file: text(LIMITS.pathLength).default(''),
      /** The servers that are started, each as long as the file says of it what it said when it was switched on. */
      on: list(
        z.strictObject(
          {
            name: text(64),
            declared: text(64).regex(/^[0-9a-f]{64}$/u, 'must be a SHA-256 in hexadecimal'),
            /** By which is told what has changed. */
            parts: ServerParts.exactOptional(),
          },
          'must be a name and what was declared',
        ),
      ).default([]),
    })
    .prefault({}),
  general: z
    .object({ language: Language.default(DEFAULT_LANGUAGE), theme: Theme.default('system') })
    .prefault({}),
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
