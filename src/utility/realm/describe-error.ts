/** Any text an error can be made to give; errors in the realm may have been made by the guest. */
export const describe = (error: unknown): string => {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'unknown error';
  }
};
