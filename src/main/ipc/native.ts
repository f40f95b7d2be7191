import type { InterpreterCheck } from '../native/interpreter-check.ts';
import type { HandlersOf } from './route.ts';

export const nativeHandlers = (check: (path: string) => Promise<InterpreterCheck>): HandlersOf<'native'> => ({
  check: async ([path]) => {
    const checked = await check(path);
    if (!checked.ok) return { usable: false, problem: checked.problem };
    const { implementation, path: found, version } = checked.interpreter;
    return { usable: true, path: found, version, implementation };
  },
});
