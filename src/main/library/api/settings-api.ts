/** The settings of Python that a person chooses: the part of the package's types (api.ts) about them. */
import type { Disposable } from './api.ts';

export interface PythonSettings {
  /** Whether code may be run at all, as the app goes by it: for the sandbox itself it changes nothing. */
  readonly enabled: boolean;
  /** Where code is to run: in the sandbox, or in the user's own Python. */
  readonly runtime: 'embedded' | 'native';
  /** The user's own Python: a full path, or a name on the PATH. */
  readonly binpath?: string | undefined;
}

/** Where the settings are kept: `openPythonSettings`, or what an app has already. */
export interface PythonSettingsStore {
  get(): PythonSettings;
  /** Changes what is mentioned. Rejects when that is not valid, and changes nothing then. */
  set(change: Partial<PythonSettings>): Promise<unknown>;
  /** Calls back after each change, whoever made it. */
  onChange(listener: (now: PythonSettings) => void): Disposable;
  /** What a person should know about how they are kept. */
  readonly notices?: readonly PythonSettingsNotice[];
}

export type PythonSettingsNotice =
  /** The file could not be understood; it was kept under another name. */
  | { readonly code: 'damaged'; readonly detail: string; readonly movedTo: string | null }
  /** Written by a newer version: it is read, but not changed. */
  | { readonly code: 'newer'; readonly version: number }
  /** The file can't be read; the defaults hold and nothing is written. */
  | { readonly code: 'unreadable'; readonly detail: string }
  /** Changes hold until the app is closed. */
  | { readonly code: 'not-saved'; readonly detail: string }
  /** A value in the file can't be; its default holds. */
  | { readonly code: 'invalid-value'; readonly key: string; readonly detail: string };

export interface PythonSettingsOptions {
  /** The full path of a JSON file, which is made when something is set; for nothing else. */
  readonly file: string;
}
