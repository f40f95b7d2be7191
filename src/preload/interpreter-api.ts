import type { InterpreterApi } from '../shared/ipc/library/interpreter-api.ts';
import { CALLS } from '../shared/ipc/channels.ts';
import type { Failure } from './bridge.ts';

/** Asks main over a channel; gives the answer for a failure where there is no other. */
export type InvokeMain = <T>(
  channel: string,
  failure: Failure<unknown>,
) => (...given: unknown[]) => Promise<T>;

const error: Failure<unknown> = (_code, message) => ({ error: message });

/** The interpreter as a page has it. None of it rejects. */
export const interpreterOver = (asker: InvokeMain): InterpreterApi => {
  const { interpreter } = CALLS;
  return {
    python: asker(interpreter.python, error),
    pyodide: asker(interpreter.pyodide, error),
    downloadPyodide: asker(interpreter.downloadPyodide, (_code, message) => ({
      success: false,
      error: message,
    })),
    isPyodideCached: asker(interpreter.isPyodideCached, () => false),
    clearPyodideCache: asker(interpreter.clearPyodideCache, () => false),
  };
};
