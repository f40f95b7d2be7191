import path from 'node:path';
import { BrowserWindow } from 'electron';

/** Opens the app's window. It has no reach beyond its own page. */
export const openMainWindow = async (outDir: string): Promise<BrowserWindow> => {
  const window = new BrowserWindow({
    width: 1100,
    height: 720,
    minWidth: 760,
    minHeight: 480,
    title: 'Vivarium',
    webPreferences: {
      preload: path.join(outDir, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  await window.loadFile(path.join(outDir, 'renderer', 'index.html'));
  return window;
};
