/**
 * True when JavaScript made from strings is refused in the realm that the given Function is of: each
 * realm decides for itself.
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
