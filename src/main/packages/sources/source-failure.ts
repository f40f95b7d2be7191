/**
 * Why a source could not give a file:
 * - `absent`: it does not have it;
 * - `unreachable`: it does not answer, so asking it for the next file is in vain as well;
 * - `refused`: it answered, and will not give it;
 * - `broken`: what it gave was not usable;
 * - `not-asked`: such files are never there.
 */
export type FailureKind = 'absent' | 'unreachable' | 'refused' | 'broken' | 'not-asked';

/** The message completes the sentence "<source> …". */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
