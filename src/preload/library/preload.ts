/** `vivarium/preload`: for a preload of your own. Importing it does nothing. */
import { ipcRenderer } from 'electron';
import { CALLS, EVENTS } from '../../shared/ipc/channels.ts';
import type { InterpreterApi } from '../../shared/ipc/library/interpreter-api.ts';
import { libraryChannel } from '../../shared/ipc/library/library-channels.ts';
import type { PythonSettingsApi } from '../../shared/ipc/library/python-settings-api.ts';
import type { QuestionsApi } from '../../shared/ipc/questions-api.ts';
import { failed, failureOf } from '../bridge.ts';
import { interpreterOver, type InvokeMain } from '../interpreter-api.ts';
import { questionsOver } from '../questions.ts';
import { Subscribers } from './subscribers.ts';

export type { InterpreterApi } from '../../shared/ipc/library/interpreter-api.ts';
export type { CallQuestion, QuestionAnswer, QuestionsApi } from '../../shared/ipc/questions-api.ts';

const asker: InvokeMain =
  (channel, failure) =>
  async <T>(...given: unknown[]) => {
    try {
      return (await ipcRenderer.invoke(channel, ...given)) as T;
    } catch (error) {
      return failure(...failureOf(error)) as T;
    }
  };

/**
 * The interpreter for your page, once main has called `registerInterpreter`:
 * `contextBridge.exposeInMainWorld('api', { interpreter: interpreterApi() })`.
 */
export const interpreterApi = (): InterpreterApi => interpreterOver(asker);

/** What the preload of `registerInterpreter` exposes as `vivarium`. */
export interface VivariumApi {
  readonly interpreter: InterpreterApi;
  /** What `<vivarium-settings>` asks of main; to be handed on as it is. */
  readonly settings: object;
  readonly questions: QuestionsApi;
}

/** All for your page: `contextBridge.exposeInMainWorld('vivarium', vivariumApi())`. To be called once in a preload. */
export const vivariumApi = (): VivariumApi => {
  const subscribers = new Subscribers(ipcRenderer);
  return {
    interpreter: interpreterApi(),
    settings: settingsApi(),
    questions: questionsOver(asker, (channel) => subscribers.of(channel)),
  };
};

const settingsApi = (): PythonSettingsApi => {
  const { config, file, native, packages } = CALLS;
  const subscribers = new Subscribers(ipcRenderer);
  const ask = <T>(channel: string): ((...given: unknown[]) => Promise<T>) =>
    asker<T>(libraryChannel(channel), failed);
  return {
    config: {
      get: ask(config.get),
      set: ask(config.set),
      onChange: subscribers.of(libraryChannel(EVENTS.config.onChange)),
    },
    packages: {
      list: ask(packages.list),
      verify: ask(packages.verify),
      cancel: ask(packages.cancel),
      onProgress: subscribers.of(libraryChannel(EVENTS.packages.onProgress)),
    },
    native: { check: ask(native.check) },
    file: { find: ask(file.find), pickFile: ask(file.pickFile) },
  };
};
