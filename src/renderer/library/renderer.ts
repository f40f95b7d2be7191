/** `vivarium/renderer`: helpers for pages, without a framework. */
import type { InterpreterApi } from '../../shared/ipc/interpreter-api.ts';

export type { InterpreterApi } from '../../shared/ipc/interpreter-api.ts';

/**
 * The interpreter that the preload has given to this page, under whichever of its names.
 *
 * @throws Error where there is none, saying why that may be
 */
export const findInterpreter = (page: object = globalThis): InterpreterApi => {
  for (const name of ['vivarium', 'api']) {
    const given: unknown = Reflect.get(page, name);
    if (!isObject(given)) continue;
    const interpreter: unknown = given['interpreter'];
    if (isObject(interpreter) && typeof interpreter['pyodide'] === 'function') {
      return interpreter as unknown as InterpreterApi;
    }
  }
  throw new Error(
    'this page has no interpreter; call registerInterpreter() in main before the window is made, and ask from a main frame',
  );
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
