const textOf = (error: object): string | undefined =>
  'name' in error && 'message' in error ? `${String(error.name)}: ${String(error.message)}` : undefined;

/** Any text an error can be made to give. Emscripten's are objects that are no errors. */
export const describe = (error: unknown): string => {
  try {
    return typeof error === 'object' && error !== null
      ? (textOf(error) ?? 'an error without words')
      : String(error);
  } catch {
    return 'unknown error';
  }
};
