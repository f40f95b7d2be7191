/** A whole Electron app with Python in it, packed by Forge with its Vite plugin. */
import path from 'node:path';
import process from 'node:process';
import { app, BrowserWindow } from 'electron';
import { createSandbox, registerInterpreter } from 'vivarium/main';

// In a closed network: a folder or an address with the wheels of Pyodide's lock.
const mirror = process.env.VIVARIUM_MIRROR ?? '';

const sandbox = createSandbox({ packages: { mirror } });

app.whenReady().then(() => {
  registerInterpreter({ sandbox });
  const window = new BrowserWindow({ width: 900, height: 600 });
  const titles = sandbox.events.on('state', ({ state }) => window.setTitle(`Python is ${state.name}`));
  window.once('closed', () => titles.dispose());
  // Both are put in by Forge's plugin.
  return MAIN_WINDOW_VITE_DEV_SERVER_URL === undefined
    ? window.loadFile(path.join(__dirname, `../renderer/${MAIN_WINDOW_VITE_NAME}/index.html`))
    : window.loadURL(MAIN_WINDOW_VITE_DEV_SERVER_URL);
});

app.on('window-all-closed', () => {
  sandbox.dispose().finally(() => app.quit());
});
