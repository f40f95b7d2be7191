/** What the page may ask of the app around it, and what its menu tells the page. */
import { z } from 'zod';

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

export const appArguments = {
  info: z.tuple([]),
  openLink: z.tuple([LinkName]),
} as const;

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
  'new-document',
  'open-document',
  'save-document',
  'save-document-as',
  'new-session',
  'close-session',
  'find',
  'run',
  'stop',
  'run-all',
  'reset',
  'show-shortcuts',
] as const;
export type AppCommand = (typeof APP_COMMANDS)[number];
