/**
 * HE-11: what `js` and `pyodide_js` show the guest, compared with the list that was looked at. A difference
 * after an upgrade of Pyodide is to be looked at too, before it goes into inventory.json.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { useSandbox } from '../support/either-sandbox.ts';

const Inventory = z.record(z.string(), z.array(z.string()));

const expected = Inventory.parse(
  JSON.parse(readFileSync(new URL('inventory.json', import.meta.url), 'utf8')),
);

const sandbox = useSandbox();

it('the guest sees what it is known to see, and nothing more', async () => {
  const { status, value, error } = await sandbox().run(`
import js, pyodide_js, _pyodide_core

def names(o):
    return sorted(name for name in dir(o) if not name.startswith('__'))

found = {
    'js': names(js),
    'pyodide_js': names(pyodide_js),
    'pyodide_js._api': names(pyodide_js._api),
    'pyodide_js._api.config': names(pyodide_js._api.config),
    'pyodide_js._module, what Emscripten exports left out': [
        name for name in names(pyodide_js._module) if name[0] != '_' and not name.startswith(('HEAP', 'js2py', 'py2js'))
    ],
    '_pyodide_core': names(_pyodide_core),
}
found`);
  expect({ status, error }).toEqual({ status: 'ok', error: null });
  expect(value?.json).toEqual(expected);
});

it('js has nothing of its own', () => {
  expect(expected['js']).toEqual([
    '_js_type_flags',
    '_sig',
    'as_object_map',
    'as_py_json',
    'bind_class',
    'bind_sig',
    'js_id',
    'object_entries',
    'object_keys',
    'object_values',
    'to_py',
    'to_weakref',
    'typeof',
  ]);
});
