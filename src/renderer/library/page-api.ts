import type { InterpreterApi } from '../../shared/ipc/library/interpreter-api.ts';
import type { QuestionsApi } from '../../shared/ipc/questions-api.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const WHY =
  'call registerInterpreter() in main before the window is made, and ask from a main frame (see docs/embedding.md)';

/** The first object of the page's `vivarium` and `api` that has a part of that name. */
export const partOf = (
  page: object,
  part: 'interpreter' | 'settings' | 'questions',
  method: string,
): unknown => {
  for (const name of ['vivarium', 'api']) {
    const given: unknown = Reflect.get(page, name);
    const found: unknown = isObject(given) ? given[part] : undefined;
    if (isObject(found) && method in found) return found;
  }
  throw new Error(`this page has no ${part} of Vivarium; ${WHY}`);
};

/**
 * The interpreter that the preload has given to this page, under whichever of its names.
 *
 * @throws Error where there is none, saying why that may be
 */
export const findInterpreter = (page: object = globalThis): InterpreterApi =>
  partOf(page, 'interpreter', 'pyodide') as InterpreterApi;

/** @throws Error where the page has none */
export const findQuestions = (page: object = globalThis): QuestionsApi =>
  partOf(page, 'questions', 'watch') as QuestionsApi;
