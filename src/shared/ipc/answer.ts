/** How main answers the page: failures are values with a stable code, never thrown. */
import { z } from 'zod';
import { PackageErrorCode } from '../packages/package-error-code.ts';

export const ApiErrorCode = z.enum([
  /** What the page sent is not what the contract says; the message names the argument. */
  'invalid-argument',
  /** The question did not come from the app's own page. */
  'forbidden',
  /** `plugins.python.enabled` is off: no code is run. */
  'disabled',
  /** A run or task of that id is under way already. */
  'duplicate-id',
  /** There is no such run, session or file. */
  'not-found',
  /** A setting that does not exist, or a value that it can't have; the message says what it may be. */
  'invalid-setting',
  /** A guest's document has more elements than are shown. */
  'too-complex',
  /** Needs the sandbox, and the runtime is native. */
  'embedded-only',
  /** A fault of ours. The message holds no details. */
  'internal',
  /** It was tried and did not succeed; the message says why and what to do. */
  'failed',
  ...PackageErrorCode.options,
]);
export type ApiErrorCode = z.infer<typeof ApiErrorCode>;

export interface ApiError {
  readonly code: ApiErrorCode;
  /** One line of English: what was wrong and, after a semicolon, what to do. */
  readonly message: string;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiError };
