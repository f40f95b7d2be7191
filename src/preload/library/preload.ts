/** `vivarium/preload`: for a preload of your own. Importing it does nothing. */
import { ipcRenderer } from 'electron';
import type { InterpreterApi } from '../../shared/ipc/interpreter-api.ts';
import { failureOf } from '../bridge.ts';
import { interpreterOver } from '../interpreter-api.ts';

export type { InterpreterApi } from '../../shared/ipc/interpreter-api.ts';

/**
 * The interpreter for your page, once main has called `registerInterpreter`:
 * `contextBridge.exposeInMainWorld('api', { interpreter: interpreterApi() })`.
 */
export const interpreterApi = (): InterpreterApi =>
  interpreterOver((channel, failure) => async <T>(...given: unknown[]) => {
    try {
      return (await ipcRenderer.invoke(channel, ...given)) as T;
    } catch (error) {
      return failure(...failureOf(error)) as T;
    }
  });
