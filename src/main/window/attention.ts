import { Notification, type BrowserWindow } from 'electron';
import type { TaskProgress } from '../../shared/ipc/packages.ts';
import type { RunResult } from '../../shared/contract/run.ts';
import type { Translate } from '../../shared/translate.ts';

/** As Electron has it: more than 1 is a bar without a measure, less than 0 is none. */
const UNMEASURED = 2;
const NONE = -1;

const fraction = (progress: TaskProgress | null): number => {
  if (progress === null) return NONE;
  switch (progress.type) {
    case 'fetching':
    case 'checking':
      return progress.bytesTotal === null || progress.bytesTotal === 0
        ? UNMEASURED
        : Math.min(1, progress.bytesDone / progress.bytesTotal);
    case 'preparing':
      return UNMEASURED;
  }
};

/** Shows in the dock or the task bar how far a download is. */
export const showProgress = (window: BrowserWindow | null, progress: TaskProgress | null): void => {
  if (window === null || window.isDestroyed()) return;
  window.setProgressBar(fraction(progress));
};

/** Notifies the user of the end of a run while the window is hidden or minimized. */
export const notifyOfRun = (
  window: BrowserWindow | null,
  { status }: Pick<RunResult, 'status'>,
  translate: Translate,
): void => {
  if (window === null || window.isDestroyed() || !Notification.isSupported()) return;
  if (window.isVisible() && !window.isMinimized()) return;
  // The user cancelled it, and so knows.
  if (status === 'cancelled') return;
  const key = status === 'ok' ? 'plugins.python.completed' : 'plugins.python.error';
  const notification = new Notification({ title: translate('app.name'), body: translate(key) });
  notification.on('click', () => {
    window.restore();
    window.show();
  });
  notification.show();
};
