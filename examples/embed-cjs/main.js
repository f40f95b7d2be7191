/** A whole Electron app with Python in it: CommonJS, with a preload and a `window.api` of its own. */
const path = require('node:path');
const process = require('node:process');
const { app, BrowserWindow } = require('electron');
const { createSandbox, registerInterpreter } = require('vivarium/main');

// In a closed network: a folder or an address with the wheels of Pyodide's lock.
const mirror = process.env.VIVARIUM_MIRROR ?? '';

const sandbox = createSandbox({ packages: { mirror } });

app.whenReady().then(() => {
  registerInterpreter({ sandbox });
  const window = new BrowserWindow({ webPreferences: { preload: path.join(__dirname, 'preload.js') } });
  const titles = sandbox.events.on('state', ({ state }) => window.setTitle(`Python is ${state.name}`));
  window.once('closed', () => titles.dispose());
  return window.loadFile('index.html');
});

app.on('window-all-closed', () => {
  sandbox.dispose().finally(() => app.quit());
});
