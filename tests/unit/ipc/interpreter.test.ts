import { expect, it } from 'vitest';
import { interpreterRoutes, type InterpreterDeps } from '../../../src/main/ipc/interpreter.ts';
import type { Caller } from '../../../src/main/ipc/route.ts';

const caller: Caller = { send: () => undefined, closed: new AbortController().signal };

const ask = (deps: Partial<InterpreterDeps['cache']>, from: Caller | null = caller): unknown => {
  const routes = interpreterRoutes({
    interpreter: {
      python: async (code) => ({ result: [String(code)] }),
      pyodide: async (code) => ({ result: String(code) }),
    },
    cache: { download: async () => undefined, isCached: async () => true, clear: async () => 1, ...deps },
  });
  return Promise.all(
    routes.map(async ({ answer, channel }) => [channel, await answer(from, ['1', 'ignored'])]),
  ).then((answers) => Object.fromEntries(answers) as unknown);
};

it('answers in the shapes that apps with these channels know', async () => {
  expect(await ask({})).toEqual({
    'code-python-run': { result: ['1'] },
    'code-pyodide-run': { result: '1' },
    'code-pyodide-download': { success: true },
    'code-pyodide-is-cached': true,
    'code-pyodide-clear-cache': true,
  });
});

it('reports failures in the same shapes', async () => {
  const fail = (): Promise<never> => Promise.reject(new Error('no network; try again'));
  expect(await ask({ download: fail, isCached: fail, clear: fail })).toMatchObject({
    'code-pyodide-download': { success: false, error: 'no network; try again' },
    'code-pyodide-is-cached': false,
    'code-pyodide-clear-cache': false,
  });
});

it('refuses other senders in the same shapes', async () => {
  const error = 'only the page of the app may ask this';
  expect(await ask({}, null)).toEqual({
    'code-python-run': { error },
    'code-pyodide-run': { error },
    'code-pyodide-download': { success: false, error },
    'code-pyodide-is-cached': false,
    'code-pyodide-clear-cache': false,
  });
});
