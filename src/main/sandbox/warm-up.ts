import type { SidecarClient } from './sidecar-client.ts';

const INTERPRETER = 'warm-up';
const OUTPUT_BYTES = 1024;

/**
 * Runs something in an interpreter that is thrown away, and leaves another one ready: what a process does for
 * the first time takes several times as long.
 */
export const warmUp = async (sidecar: SidecarClient): Promise<void> => {
  await sidecar.openInterpreter(INTERPRETER);
  const order = { code: '1+1', outputBytes: OUTPUT_BYTES };
  await sidecar.run(INTERPRETER, order, () => undefined, new AbortController().signal);
  await sidecar.closeInterpreter(INTERPRETER);
  await sidecar.keepSpares(1);
};
