/**
 * `3.14` of `3.14.0`. The lock file of Pyodide 314.0.3 says 3.14.0 where the interpreter is 3.14.2: the last number
 * is not to be relied on.
 */
export const pythonSeries = (version: string): string => version.split('.').slice(0, 2).join('.');
