/**
 * The command line can't be carried out as given. The message is one line, already safe to print, in the
 * form "what was wrong; what to do".
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
