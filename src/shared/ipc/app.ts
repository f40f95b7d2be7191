/** What the page may ask of the app around it: files, interpreters, isolation, the tool, the window. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { Bytes } from '../contract/sandbox.ts';

/** The pages that may be opened in the browser. The page names one of them; no address ever comes from it. */
export const LINKS = {
  'pyodide-packages': 'https://pyodide.org/en/stable/usage/packages-in-pyodide.html',
  'pyodide-constraints': 'https://pyodide.org/en/stable/usage/wasm-constraints.html',
  'python-docs': 'https://docs.python.org/3/',
  'python-download': 'https://www.python.org/downloads/',
} as const;
export const LinkName = z.enum([
  'pyodide-packages',
  'pyodide-constraints',
  'python-docs',
  'python-download',
]) satisfies z.ZodType<keyof typeof LINKS>;
export type LinkName = z.infer<typeof LinkName>;

/** Largest HTML or SVG that one output may be shown with, in UTF-16 units. */
export const MAX_OUTPUT_LENGTH = 8 * 1024 * 1024;
/** Most elements in it, as counted by what begins like a tag. */
export const MAX_OUTPUT_ELEMENTS = 50_000;
const OutputText = z.string().max(MAX_OUTPUT_LENGTH);
const OutputUrl = z.string().max(200);

/** In CSS pixels. */
export interface OutputSize {
  readonly width: number;
  readonly height: number;
}

/** Why a guest's document is not shown any more; its process has ended, and nothing else with it. */
export type OutputEnd =
  /** It used too much memory. */
  | 'memory'
  /** It did not react, or kept the processor busy for too long. */
  | 'unresponsive'
  | 'crashed'
  /** Its process was to be the page's own, so it may not be shown. */
  | 'not-isolated';

export interface OutputEnded {
  readonly url: string;
  readonly reason: OutputEnd;
}

/**
 * A suggestion for the name in a dialog: no folder, nothing that means something to a file system, nothing that hides
 * what the name is or turns it around.
 */
export const SuggestedName = z
  .string()
  .min(1)
  // What is longer need not be gone through.
  .max(LIMITS.fileNameLength, { abort: true })
  .refine(
    (name) => !/[\\/:*?"<>|\p{C}\p{Zl}\p{Zp}]/u.test(name) && !/^\.+$/u.test(name),
    'must be a plain file name',
  );

export const fileArguments = {
  /** Only interpreters are looked for. */
  find: z.tuple([z.enum(['python', 'python3'])]),
  pickFile: z.tuple([z.strictObject({ title: z.string().max(200).exactOptional() })]),
  saveFile: z.tuple([
    SuggestedName,
    Bytes.refine((bytes) => bytes.byteLength <= LIMITS.fileBytes, 'is too large to be saved'),
  ]),
} as const;

export const nativeArguments = { check: z.tuple([z.string().max(LIMITS.pathLength)]) } as const;
export const doctorArguments = { examine: z.tuple([]) } as const;
export const pluginArguments = { info: z.tuple([]) } as const;

export const outputArguments = {
  show: z.tuple([OutputText]),
  showDrawing: z.tuple([OutputText]),
  measure: z.tuple([OutputUrl]),
  picture: z.tuple([OutputUrl]),
  forget: z.tuple([OutputUrl]),
} as const;

export const appArguments = {
  info: z.tuple([]),
  openLink: z.tuple([LinkName]),
} as const;

/** An interpreter of the user's own that was found; with a problem it can't be used. */
export interface FoundPython {
  readonly path: string;
  /** Such as `3.12.1`; null when it has a problem. */
  readonly version: string | null;
  /** `cpython`, `pypy`, …; null when it has a problem. */
  readonly implementation: string | null;
  /** What is wrong with it and what to do; null when it can be used. */
  readonly problem: NativeProblem | null;
}

/** Why an interpreter can't be used. */
export interface NativeProblem {
  readonly code:
    | 'not-set'
    | 'not-a-full-path'
    | 'missing'
    | 'folder'
    | 'not-a-file'
    | 'not-executable'
    | 'does-not-start'
    | 'no-answer'
    | 'not-python'
    | 'too-old';
  /** What is wrong and what to do, on one line of English. */
  readonly message: string;
}

export type NativeCheck =
  | {
      readonly usable: true;
      readonly path: string;
      readonly version: string;
      readonly implementation: string;
    }
  | { readonly usable: false; readonly problem: NativeProblem };

/** The tool that chat apps and agents offer to a model. */
export interface PluginInfo {
  readonly name: string;
  readonly enabled: boolean;
  /** For the model, in English, made from what is true now. */
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: 'string';
    readonly description: string;
    readonly required: boolean;
  }[];
}

export interface AppInfo {
  readonly versions: {
    readonly vivarium: string;
    readonly electron: string;
    readonly chromium: string;
    readonly node: string;
    readonly pyodide: string;
    readonly python: string;
  };
  readonly platform: 'darwin' | 'linux' | 'win32';
  readonly arch: string;
  /** Whether this is an installed app, not one started from its sources. */
  readonly packaged: boolean;
  /** The system's language, such as `de-CH`. */
  readonly systemLocale: string;
  /** Where the app keeps what belongs to its user. */
  readonly dataFolder: string;
}

/** Chosen in the menu, or by its shortcut. */
export const APP_COMMANDS = [
  'show-console',
  'show-packages',
  'show-activity',
  'show-settings',
  'new-session',
  'close-session',
  'run',
  'stop',
  'reset',
] as const;
export type AppCommand = (typeof APP_COMMANDS)[number];
