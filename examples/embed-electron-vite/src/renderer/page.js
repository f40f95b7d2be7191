import { defineElements, findInterpreter } from 'vivarium/renderer';

const interpreter = findInterpreter();
const [code, run, answer] = ['code', 'run', 'answer'].map((id) => document.getElementById(id));

// Where code is run, as the settings say: `pyodide` is the sandbox, `python` the user's own.
const METHODS = { embedded: 'pyodide', native: 'python' };
let method = METHODS.embedded;
document.querySelector('vivarium-settings').addEventListener('vivarium-settings', ({ detail }) => {
  method = METHODS[detail.runtime];
});
defineElements();

run.addEventListener('click', async () => {
  run.disabled = true;
  const given = await interpreter[method](code.value);
  // Text only: what Python gives is as untrusted as its code.
  answer.textContent = 'error' in given ? given.error : [given.result].flat().join('\n');
  run.disabled = false;
});
