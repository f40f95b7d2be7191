// Pyodide as it comes, in Node: a script with the packages that it imports, from a folder of wheels.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';

const [wheels, script] = process.argv.slice(2);
const folder = `${wheels}/`;
const pyodide = await loadPyodide({
  indexURL: path.dirname(fileURLToPath(import.meta.resolve('pyodide'))),
  packageCacheDir: folder,
  packageBaseUrl: folder,
});
const code = readFileSync(script, 'utf8');
await pyodide.loadPackagesFromImports(code, { messageCallback: () => undefined });
await pyodide.runPythonAsync(code);
