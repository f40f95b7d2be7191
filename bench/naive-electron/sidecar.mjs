import { loadPyodide } from 'pyodide';

const pyodide = await loadPyodide();
process.parentPort.postMessage(pyodide.runPython('1+1'));
