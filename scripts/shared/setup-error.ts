/** An error that the user can resolve: the message says what was wrong and what to do, so no stack is shown. */
export class SetupError extends Error {
  override name = 'SetupError';
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
