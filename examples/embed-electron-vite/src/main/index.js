/** An Electron app with Python in it, its settings in the page, and a function that asks before it is called. */
import path from 'node:path';
import process from 'node:process';
import { app, BrowserWindow } from 'electron';
import { createQuestions, createSandbox, openPythonSettings, registerInterpreter } from 'vivarium/main';

// In a closed network: a folder or an address with the wheels of Pyodide's lock.
const mirror = process.env.VIVARIUM_MIRROR ?? '';

const notes = [];
const functions = {
  'notes.add': {
    description: 'Adds a note, and tells how many there are.',
    input: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    output: { type: 'integer' },
    // The page has <vivarium-questions>, which shows the call.
    confirm: 'ask',
    handler: ({ text }) => notes.push(text),
  },
};

const questions = createQuestions();
const sandbox = createSandbox({ packages: { mirror }, functions, confirm: questions.confirm });

// No `await`: Electron is ready only after this module has been evaluated.
app.whenReady().then(async () => {
  const settings = await openPythonSettings({ file: path.join(app.getPath('userData'), 'python.json') });
  registerInterpreter({ sandbox, settings, questions });
  const window = new BrowserWindow({ width: 900, height: 800 });
  const titles = sandbox.events.on('state', ({ state }) => window.setTitle(`Python is ${state.name}`));
  window.once('closed', () => titles.dispose());
  // Set by `electron-vite dev`.
  const server = process.env.ELECTRON_RENDERER_URL;
  await (server === undefined
    ? window.loadFile(path.join(import.meta.dirname, '../renderer/index.html'))
    : window.loadURL(server));
});

app.on('window-all-closed', () => {
  sandbox.dispose().finally(() => app.quit());
});
