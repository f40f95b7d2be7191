/** The message of what an app's own code has thrown, which may be anything; null where it has none. Never throws. */
export const thrownMessage = (thrown: unknown): string | null => {
  try {
    // Errors of another realm are no instances of this one's.
    const said: unknown =
      typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
    return typeof said === 'string' && said !== '' ? said : null;
  } catch {
    // A getter or a proxy of the app's.
    return null;
  }
};
