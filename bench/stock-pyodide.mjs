// The baselines in a worker thread: Pyodide as its documentation has it, or from its own memory snapshot.
// Workers are told by `workerData` which; the answer is posted, or the snapshot when there is none yet.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { loadPyodide } from 'pyodide';

// Found by the stack otherwise, which loaders change.
const indexURL = path.dirname(fileURLToPath(import.meta.resolve('pyodide')));

switch (workerData.kind) {
  case 'make': {
    const pyodide = await loadPyodide({ indexURL, _makeSnapshot: true });
    parentPort.postMessage(pyodide.makeMemorySnapshot());
    break;
  }
  case 'restore': {
    const pyodide = await loadPyodide({ indexURL, _loadSnapshot: workerData.snapshot });
    parentPort.postMessage(pyodide.runPython('1+1'));
    break;
  }
  default: {
    const pyodide = await loadPyodide({ indexURL });
    parentPort.postMessage(pyodide.runPython('1+1'));
  }
}
