import { findInterpreter } from 'vivarium/renderer';

const interpreter = findInterpreter();
const [code, run, answer] = ['code', 'run', 'answer'].map((id) => document.getElementById(id));

run.addEventListener('click', async () => {
  run.disabled = true;
  const given = await interpreter.pyodide(code.value);
  // Text only: what Python gives is as untrusted as its code.
  answer.textContent = 'error' in given ? given.error : given.result;
  run.disabled = false;
});
