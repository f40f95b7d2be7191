import path from 'node:path';
import { BrowserWindow, screen, type Session } from 'electron';
import { placeWindow, SMALLEST_SIZE, type StoredState } from './window-state.ts';

export interface MainWindowOptions {
  /** The build's folder, `out`. */
  readonly outDir: string;
  readonly session: Session;
  /** As it was stored, whatever that is. */
  readonly state: unknown;
  readonly devTools: boolean;
}

/** Makes the app's window, with nothing in it yet. It has no reach beyond its own page. */
export const createMainWindow = (options: MainWindowOptions): BrowserWindow => {
  const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
  const { bounds, maximized } = placeWindow(options.state, displays);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST_SIZE.width,
    minHeight: SMALLEST_SIZE.height,
    title: 'Vivarium',
    // Shown when there is something to see.
    show: false,
    webPreferences: {
      preload: path.join(options.outDir, 'preload', 'index.cjs'),
      session: options.session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // The preload alone: it measures guests' documents, in a world of its own (guest-frame.ts).
      nodeIntegrationInSubFrames: true,
      webviewTag: false,
      spellcheck: false,
      // No output of a guest makes a sound by itself.
      autoplayPolicy: 'document-user-activation-required',
      devTools: options.devTools,
    },
  });
  // Neither the page nor a chart's frame has a use for it, and no policy of a document holds back its packets.
  window.webContents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  return window;
};

/** @param window not destroyed */
export const stateOf = (window: BrowserWindow): StoredState => ({
  bounds: window.getNormalBounds(),
  maximized: window.isMaximized(),
});
