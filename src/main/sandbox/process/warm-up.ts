import { SetupError } from '../setup-error.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';

const INTERPRETER = 'warm-up';
const OUTPUT_BYTES = 1024;

/**
 * Runs code in an interpreter that is then discarded, and leaves another one ready: the first run in a process takes
 * several times as long as later ones.
 *
 * @throws SetupError, RpcError when nothing can be run in the process
 */
export const warmUp = async (sidecar: SidecarClient): Promise<void> => {
  await sidecar.openInterpreter(INTERPRETER);
  const order = { code: '1+1', outputBytes: OUTPUT_BYTES, input: false };
  const end = await sidecar.run(INTERPRETER, order, () => undefined, new AbortController().signal);
  if (end.kind !== 'finished') throw new SetupError(`Python does not work in it: ${end.detail}`);
  await sidecar.closeInterpreter(INTERPRETER);
  await sidecar.keepSpares(1);
};
