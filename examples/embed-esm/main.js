/** A whole Electron app with Python in it: ES modules, no bundler, no preload of its own. */
import path from 'node:path';
import process from 'node:process';
import { app, BrowserWindow } from 'electron';
import { createSandbox, registerInterpreter } from 'vivarium/main';

// In a closed network: a folder or an address with the wheels of Pyodide's lock.
const mirror = process.env.VIVARIUM_MIRROR ?? '';

const sandbox = createSandbox({ packages: { mirror } });
sandbox.events.on('process-ended', ({ cause, detail }) => {
  process.stderr.write(`Python’s process ended (${cause}): ${detail}\n`);
});

// No `await`: Electron is ready only after this module has been evaluated.
app.whenReady().then(() => {
  registerInterpreter({ sandbox });
  const window = new BrowserWindow({ width: 900, height: 600 });
  const titles = sandbox.events.on('state', ({ state }) => window.setTitle(`Python is ${state.name}`));
  window.once('closed', () => titles.dispose());
  return window.loadFile(path.join(import.meta.dirname, 'index.html'));
});

app.on('window-all-closed', () => {
  sandbox.dispose().finally(() => app.quit());
});
