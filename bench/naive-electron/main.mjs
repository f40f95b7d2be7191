// A baseline: Pyodide as its documentation has it, in a utility process, without any protection.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { app, utilityProcess } from 'electron';

const script = new URL('sidecar.mjs', import.meta.url).pathname;

// Behind the app's folder: what the utility process is to do.
const order = process.argv.slice(process.argv.indexOf('--order') + 1);

const measure = () => {
  const start = performance.now();
  const child = utilityProcess.fork(script, process.argv.includes('--order') ? order : [], {
    stdio: 'ignore',
  });
  child.once('message', (answer) => {
    if (answer !== 2) app.exit(1);
    // Picked out by the benchmark: Chromium writes to stdout too.
    process.stdout.write(`\nnaive-ms ${performance.now() - start}\n`, () => {
      child.kill();
      app.exit(0);
    });
  });
  child.once('exit', () => app.exit(1));
};

// Not awaited: Electron is ready only after this module has been evaluated.
void app.whenReady().then(measure);
