import type { PackageErrorCode, VivariumErrorCode } from './api/api.ts';

/** Thrown by everything of the library. The message says what was wrong and, after a semicolon, what to do. */
export class VivariumError extends Error {
  override readonly name: string = 'VivariumError';
  readonly code: VivariumErrorCode;
  /** Of `packages-failed`: what was wrong with the packages; otherwise null. */
  readonly packageErrorCode: PackageErrorCode | null;

  constructor(
    code: VivariumErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly packageErrorCode?: PackageErrorCode } = {},
  ) {
    const { packageErrorCode = null, ...given } = options;
    super(message, given);
    this.code = code;
    this.packageErrorCode = packageErrorCode;
  }
}
