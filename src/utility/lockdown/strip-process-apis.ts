import { createRequire } from 'node:module';
import process from 'node:process';

/** Ways from JavaScript to native code. */
const WAYS = ['dlopen', 'binding', '_linkedBinding', 'getBuiltinModule'] as const;

/**
 * Takes away from the control thread what only someone who has taken it over would use. None of it is a wall:
 * the binding's code stays mapped, and a worker that such a person starts has a `process` of its own, whose
 * `dlopen` finds it again. That gets them no system call that the filter refuses. The interpreters' workers
 * lose these names by their own hardening, before the guest is there.
 */
export const stripProcessApis = (): void => {
  for (const way of WAYS) Reflect.deleteProperty(process, way);
  // Electron's modules lie here too, and with them `net`, which asks the browser process for requests.
  const { cache } = createRequire(process.execPath);
  for (const name of Object.keys(cache)) Reflect.deleteProperty(cache, name);
};
