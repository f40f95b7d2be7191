/** Runs Python from stdin in Pyodide as it comes, in plain Node: nothing holds it back. */
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { loadPyodide } from 'pyodide';

const code = await text(process.stdin);
const pyodide = await loadPyodide();
await pyodide.runPythonAsync(code);
