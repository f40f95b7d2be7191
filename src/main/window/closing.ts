/** What happens between the wish to close the app and its end. */
import process from 'node:process';
import { app, dialog, powerMonitor, type BrowserWindow } from 'electron';
import type { Translate } from '../../shared/translate.ts';

/** For everything to end before the app goes all the same, in ms. */
const END_LIMIT_MS = 8000;

export interface ClosingOptions {
  readonly window: () => BrowserWindow | null;
  readonly isRunning: () => boolean;
  readonly translate: () => Translate;
  /** Saves and ends everything. */
  readonly end: () => Promise<void>;
}

const CLOSE = 0;
const STAY = 1;

/** Asks whether the app may end during a run; who may not be asked is not. */
const mayEnd = async ({ isRunning, translate, window }: ClosingOptions): Promise<boolean> => {
  const owner = window();
  if (!isRunning() || owner === null || owner.isDestroyed()) return true;
  const t = translate();
  const { response } = await dialog.showMessageBox(owner, {
    type: 'question',
    message: t('closing.question'),
    detail: t('closing.detail'),
    buttons: [t('closing.close'), t('common.cancel')],
    defaultId: STAY,
    cancelId: STAY,
    noLink: true,
  });
  return response === CLOSE;
};

/** Whatever makes the app quit: a run under way is asked about, the work is saved, all processes end, then it goes. */
export const quitInOrder = (options: ClosingOptions): void => {
  let state: 'open' | 'asking' | 'ending' = 'open';
  /** The system or another program ends the app, and waits for no answer. */
  let isForced = false;

  const end = (): void => {
    state = 'ending';
    const limit = setTimeout(() => app.exit(0), END_LIMIT_MS);
    void options
      .end()
      .catch(() => undefined)
      .then(() => {
        clearTimeout(limit);
        app.exit(0);
      });
  };
  const force = (): void => {
    isForced = true;
    if (state !== 'ending') end();
  };
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    // The app goes with `exit`, when all has ended.
    event.preventDefault();
    if (state !== 'open') return;
    state = 'asking';
    void mayEnd(options).then((may) => {
      if (isForced) return;
      if (may) end();
      else state = 'open';
    });
  });
  process.once('SIGTERM', force);
  process.once('SIGINT', force);
  process.once('SIGHUP', force);
  powerMonitor.once('shutdown', force);
};

/** Closing the window is quitting. */
export const closeByQuitting = (window: BrowserWindow): void => {
  window.on('close', (event) => {
    event.preventDefault();
    app.quit();
  });
};
