/** The interface that apps with these channels already have; its shapes are fixed. None of it rejects. */
export interface InterpreterApi {
  /** In the user's own Python: the lines it printed, and then those of the last expression's value. */
  python(code: string): Promise<{ readonly result: string[] } | { readonly error: string }>;
  /** In the sandbox: the last value, or what was printed when there is none. */
  pyodide(code: string): Promise<{ readonly result: string } | { readonly error: string }>;
  /** Fetches the packages of the base set and prepares a fast start. */
  downloadPyodide(): Promise<
    { readonly success: true } | { readonly success: false; readonly error: string }
  >;
  isPyodideCached(): Promise<boolean>;
  /** False when it could not be removed. */
  clearPyodideCache(): Promise<boolean>;
}
