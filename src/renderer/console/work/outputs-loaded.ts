import { watch } from 'vue';
import type { Session } from '../model/session.ts';

/** Resolves when all that is kept of a session's file and outputs was read: before that, they are not known. */
export const outputsLoaded = (session: Session): Promise<void> =>
  new Promise((resolve) => {
    const isLoading = (): boolean =>
      session.unreadParts !== null || session.cells.some((cell) => cell.isLoading);
    if (!isLoading()) {
      resolve();
      return;
    }
    const stop = watch(isLoading, () => {
      stop();
      resolve();
    });
  });
