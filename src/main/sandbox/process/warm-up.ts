import { SetupError } from '../setup-error.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';

const INTERPRETER = 'warm-up';
const OUTPUT_BYTES = 1024;

/**
 * Runs something in an interpreter that is thrown away, and leaves another one ready: what a process does for
 * the first time takes several times as long.
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
