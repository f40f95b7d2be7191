/** An import that is stopped in its middle leaves the session usable, or its state is said to be lost. */
import { describe, expect, it } from 'vitest';
import { LONG_MS, usePackageSandbox } from '../support/package-sandbox.ts';

const USE_NUMPY = `
import numpy as np
float(np.linalg.det(np.eye(2))), np.random.default_rng(1).random(2).shape, np.fft.fft([1.0, 2.0]).real.tolist()`;
const USED = { status: 'ok', value: { json: [1, [2], [3, -1]] } };

const run = usePackageSandbox();

describe('NumPy, interrupted', { timeout: LONG_MS }, () => {
  it.for([
    ['before its first extension module', 'numpy._core'],
    ['in the loading of an extension module', 'numpy.exceptions'],
    ['after the loading of extension modules', 'numpy.lib._function_base_impl'],
  ] as const)('%s, can be imported by the next run', async ([, module], context) => {
    const code = `
import importlib, signal, sys
kept = 5
assert 'numpy' not in sys.modules
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == '${module}':
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
importlib.import_module('numpy')
# Interrupts come until the code ends.
signal.raise_signal(signal.SIGINT)`;
    const session = `at-${module}`;
    const stopped = await run(context, code, { session, packages: ['numpy'] });
    expect(stopped).toMatchObject({ status: 'error', error: { type: 'KeyboardInterrupt' } });
    expect(await run(context, USE_NUMPY, { session })).toMatchObject(USED);
    expect(await run(context, 'kept', { session })).toMatchObject({ value: { json: 5 } });
  });

  it('by a cancel: the next run can import it, and the state is kept or reported as lost', async (context) => {
    const session = 'cancelled';
    const stop = new AbortController();
    const code =
      'import importlib\nkept = 5\nprint("now", flush=True)\nimportlib.import_module("numpy")\nwhile True: pass';
    const stopped = await run(context, code, {
      session,
      packages: ['numpy'],
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    expect(stopped.status).toBe('cancelled');
    expect(await run(context, USE_NUMPY, { session })).toMatchObject(USED);
    const { state } = stopped.session;
    expect((await run(context, '"kept" in globals()', { session })).value?.json).toBe(state === 'kept');
  });

  it('a module whose import never ends is stopped, also when it has imported NumPy', async (context) => {
    const session = 'endless';
    await run(context, 'kept = 5', { session, packages: ['numpy'] });
    const endless = 'import numpy\nprint("now", flush=True)\nwhile True: pass';
    const stop = new AbortController();
    const stopped = await run(context, 'import endless', {
      session,
      files: [{ name: 'endless.py', bytes: new TextEncoder().encode(endless) }],
      signal: stop.signal,
      onOutput: () => stop.abort(),
    });
    expect(stopped).toMatchObject({ status: 'cancelled', session: { state: 'kept' } });
    expect(await run(context, 'kept', { session })).toMatchObject({ value: { json: 5 } });
  });
});
