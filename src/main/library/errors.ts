import type { VivariumErrorCode } from './api/api.ts';

/** Thrown by everything of the library. The message says what was wrong and, after a semicolon, what to do. */
export class VivariumError extends Error {
  override readonly name: string = 'VivariumError';
  readonly code: VivariumErrorCode;

  constructor(code: VivariumErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
