/**
 * True when JavaScript made from strings is refused in the calling realm. `probe` gets the realm's own
 * Function, since each realm decides for itself.
 */
export const codeFromStringsIsRefused = (functionConstructor: FunctionConstructor): boolean => {
  try {
    functionConstructor('');
    return false;
  } catch (error) {
    // By name: another realm's EvalError is no instance of this realm's.
    return typeof error === 'object' && error !== null && 'name' in error && error.name === 'EvalError';
  }
};
