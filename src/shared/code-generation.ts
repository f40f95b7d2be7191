/**
 * True when JavaScript made from strings is refused in the calling realm. `probe` gets the realm's own
 * Function, since each realm decides for itself.
 */
export const codeFromStringsIsRefused = (functionConstructor: FunctionConstructor): boolean => {
  try {
    functionConstructor('');
    return false;
  } catch (error) {
    return error instanceof EvalError || (error instanceof Error && error.name === 'EvalError');
  }
};
