import { InterpreterThread } from './interpreter-thread.ts';
import type { StartedInterpreter } from './interpreter-pool.ts';
import type { PackageSnapshot } from '../snapshots/package-snapshots.ts';
import type { StartContext } from './start-context.ts';
import { withTimeout } from './with-timeout.ts';

/** Limit for restoring a snapshot, in ms; a corrupted one may loop for ever. */
const RESTORE_LIMIT_MS = 15_000;
/** Limit for a start without a snapshot, in ms: after a failed restore it still fits into main's own limit. */
const PLAIN_LIMIT_MS = 40_000;

/**
 * A fresh interpreter with packages in it.
 *
 * @throws RpcError when it can not be started from that snapshot
 */
export const startFromPackageSnapshot = async (
  context: StartContext,
  image: PackageSnapshot,
): Promise<Pick<StartedInterpreter, 'thread' | 'checks'>> => {
  const thread = context.threads.take();
  try {
    return { thread, checks: await withTimeout(RESTORE_LIMIT_MS, thread.boot(image)) };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
};

/**
 * A fresh interpreter: from the snapshot if there is one, without it if that fails.
 *
 * @throws RpcError when the interpreter can't be started either way
 */
export const startInterpreter = async (context: StartContext): Promise<StartedInterpreter> => {
  const { snapshot } = context;
  const { image } = snapshot;
  if (image !== undefined) {
    const thread = context.threads.take();
    try {
      const checks = await withTimeout(RESTORE_LIMIT_MS, thread.boot({ bytes: image }));
      return { thread, checks, snapshot: 'used' };
    } catch {
      await thread.terminate();
      snapshot.giveUp(image);
    }
  }
  const thread = new InterpreterThread(context, 'plain');
  try {
    return {
      thread,
      checks: await withTimeout(PLAIN_LIMIT_MS, thread.boot()),
      snapshot: snapshot.unusable ? 'unusable' : 'absent',
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
};
