// The baseline: Pyodide as its documentation has it, without any protection.
import { loadPyodide } from 'pyodide';

const pyodide = await loadPyodide();
process.exit(pyodide.runPython('1+1') === 2 ? 0 : 1);
