/** The five channels that other apps have too; their shapes are fixed and no routing happens here. */
import { CALLS } from '../../shared/ipc/channels.ts';
import type { InterpreterApi } from '../../shared/ipc/api.ts';
import type { InterpreterService } from '../interpreter/interpreter-service.ts';
import { FORBIDDEN, sizeProblem, type Route } from './route.ts';

export interface InterpreterDeps {
  readonly interpreter: Pick<InterpreterService, 'python' | 'pyodide'>;
  readonly cache: {
    /** Rejects with words for a person. */
    download(): Promise<void>;
    isCached(): Promise<boolean>;
    clear(): Promise<unknown>;
  };
}

type Method = keyof InterpreterApi;
type Shapes = { readonly [M in Method]: (error: string) => Awaited<ReturnType<InterpreterApi[M]>> };

/** How each of them says that it did not succeed. */
const FAILURES: Shapes = {
  python: (error) => ({ error }),
  pyodide: (error) => ({ error }),
  downloadPyodide: (error) => ({ success: false, error }),
  isPyodideCached: () => false,
  clearPyodideCache: () => false,
};

export const interpreterRoutes = ({ interpreter, cache }: InterpreterDeps): Route[] => {
  const work: { readonly [M in Method]: (code: unknown) => ReturnType<InterpreterApi[M]> } = {
    python: (code) => interpreter.python(code),
    pyodide: (code) => interpreter.pyodide(code),
    downloadPyodide: async () => {
      await cache.download();
      return { success: true };
    },
    isPyodideCached: () => cache.isCached(),
    clearPyodideCache: async () => {
      await cache.clear();
      return true;
    },
  };
  const route = (method: Method): Route => ({
    channel: CALLS.interpreter[method],
    answer: async (caller, given) => {
      const problem = caller === null ? FORBIDDEN : sizeProblem(given);
      if (problem !== null) return FAILURES[method](problem.message);
      try {
        return await work[method](given[0]);
      } catch (error) {
        return FAILURES[method](error instanceof Error ? error.message : 'something went wrong in the app');
      }
    },
  });
  return [
    route('python'),
    route('pyodide'),
    route('downloadPyodide'),
    route('isPyodideCached'),
    route('clearPyodideCache'),
  ];
};
