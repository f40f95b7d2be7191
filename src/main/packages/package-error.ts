import type { PackageErrorCode } from '../../shared/packages/package-error-code.ts';

export type { PackageErrorCode };

/** The message says what was wrong and, after a semicolon, what to do. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
  readonly code: PackageErrorCode;
  /** The package in question, by its normalised name; null when it is about none in particular. */
  readonly packageName: string | null;

  constructor(
    code: PackageErrorCode,
    message: string,
    options: { packageName?: string; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.packageName = options.packageName ?? null;
  }
}
