import { selfCheck, type SelfCheck } from '../../shared/protocol/interpreter.ts';
import type { ProbeClient } from './probe-client.ts';

/** Tried in a real interpreter, as a guest would. What it prints is what it got hold of. */
const DOORS = `
for name in ('js', 'pyodide_js', 'pyodide.ffi', 'pyodide.code', 'pyodide.http', 'pyodide.webloop'):
    try: __import__(name); print(name)
    except ImportError: pass
import gc
print(*{type(each).__name__ for each in gc.get_objects() if type(each).__name__.startswith(('Js', 'PyProxy'))}, end='')
`;

/** A function of JavaScript, called past Python: it ends the interpreter. */
const CALL = `
import ctypes
ctypes.CDLL(None).emscripten_run_script(b'0')
print('came back')
`;

const REFUSED = 'JavaScript is not available';

/** Whether Python in the interpreter that was opened has no JavaScript. It is dead afterwards. */
export const realmEscapeChecks = async (client: Pick<ProbeClient, 'run'>): Promise<SelfCheck[]> => {
  const doors = await client.run(DOORS);
  const call = await client.run(CALL);
  return [
    selfCheck(
      'no-javascript',
      'python: no module or object of JavaScript',
      doors.died === null && doors.printed.trim() === '',
      doors.died ?? doors.printed,
    ),
    selfCheck(
      'no-javascript',
      'python: what calls JavaScript past it is ended',
      call.died?.includes(REFUSED) === true,
      call.died ?? call.printed,
    ),
  ];
};
