/** The preload that `registerInterpreter` puts in, beside the app's own. */
import { contextBridge } from 'electron';
import { vivariumApi } from './preload.ts';

const vivarium = vivariumApi();

const expose = (name: string, api: object): void => {
  try {
    contextBridge.exposeInMainWorld(name, api);
  } catch {
    // The app has something of that name, and keeps it.
  }
};

// Frames may not ask: see registerInterpreter.
if (globalThis.top === globalThis.window) {
  // Told after all preloads (of `process` a sandboxed preload has only the global): the app's own may have an `api`, and comes first.
  process.once('loaded', () => {
    expose('vivarium', vivarium);
    expose('api', { interpreter: vivarium.interpreter });
  });
}
