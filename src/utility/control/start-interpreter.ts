import type { SelfCheck } from '../../shared/interpreter.ts';
import type { SnapshotUse } from '../../shared/sidecar-protocol.ts';
import { InterpreterThread } from './interpreter-thread.ts';
import type { Runtime } from './runtime.ts';
import { within } from './within.ts';

/** For an interpreter to be there from its snapshot, in ms; a spoilt memory may well run in circles. */
const RESTORE_LIMIT_MS = 15_000;

export interface Opened {
  readonly checks: SelfCheck[];
  readonly snapshot: SnapshotUse;
}

/**
 * A fresh interpreter: from the snapshot if there is one, without it if that fails.
 *
 * @param onThread gets each thread before it is booted; the last one is the interpreter's
 * @throws RpcError when the interpreter can't be started either way
 */
export const startInterpreter = async (
  runtime: Runtime,
  onThread: (thread: InterpreterThread) => void,
): Promise<Opened> => {
  const { snapshot } = runtime;
  const { image } = snapshot;
  if (image !== undefined) {
    const thread = new InterpreterThread(runtime, image);
    onThread(thread);
    try {
      return { checks: await within(RESTORE_LIMIT_MS, thread.boot()), snapshot: 'used' };
    } catch (error) {
      // Whoever closes an interpreter that is starting wants none.
      if (thread.closed) throw error;
      await thread.terminate();
      snapshot.giveUp(image);
    }
  }
  const thread = new InterpreterThread(runtime);
  onThread(thread);
  return { checks: await thread.boot(), snapshot: snapshot.unusable ? 'unusable' : 'absent' };
};
