// Given a folder of wheels, names of packages and code: with these packages, and answering what the code gives.
import process from 'node:process';
import { loadPyodide } from 'pyodide';

const [wheels, names, code] = process.argv.slice(2);
if (wheels === undefined) {
  const pyodide = await loadPyodide();
  process.parentPort.postMessage(pyodide.runPython('1+1'));
} else {
  const pyodide = await loadPyodide({ packageCacheDir: wheels, packageBaseUrl: wheels });
  await pyodide.loadPackage(names.split(','), { messageCallback: () => undefined });
  process.parentPort.postMessage(pyodide.runPython(code));
}
