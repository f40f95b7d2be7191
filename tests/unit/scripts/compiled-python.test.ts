import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadPyodide } from 'pyodide';
import { expect, test } from 'vitest';
import { compilePython } from '../../../scripts/build/compiled-python.ts';
import { projectRoot } from '../../../scripts/shared/project.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Pyodide is started. */
const LIMIT_MS = 60_000;

const LOADER = 'src/shared/python/modules.py';

const projectOf = (files: Record<string, string>): string => {
  const root = temporaryFolder();
  const place = (name: string): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  cpSync(path.join(projectRoot, LOADER), place(LOADER));
  for (const [name, source] of Object.entries(files)) writeFileSync(place(name), source);
  return root;
};

const DOUBLE = `
from __future__ import annotations

from .other import ADDED


def double(value: int) -> int:
    """Says no more."""
    return value * 2 + ADDED
`;

test(
  'compiled modules do what their sources do, and their frames are told apart',
  { timeout: LIMIT_MS },
  async () => {
    const root = projectOf({
      'src/utility/python/double.py': DOUBLE,
      'src/shared/python/other.py': 'ADDED = 1\n',
      'src/utility/python/boot.py': 'never = "compiled"\n',
      'src/utility/python/imports/provided/shown.py': 'seen = "by guests"\n',
    });
    const compiled = await compilePython(root);
    expect([...compiled.keys()]).toEqual(['src/shared/python/other.py', 'src/utility/python/double.py']);
    const texts = [...compiled].map(([name, text]) => [path.basename(name, '.py'), text]);
    const pyodide = await loadPyodide();
    const files = pyodide.FS as { writeFile(name: string, text: string): void };
    files.writeFile('/tmp/modules.py', (await import('../../../src/shared/python/modules.py?raw')).default);
    files.writeFile('/tmp/sources.json', JSON.stringify(Object.fromEntries(texts)));
    expect(
      pyodide.runPython(`
import sys
sys.path.append("/tmp")
import modules
double = modules.load_from(open("/tmp/sources.json").read(), "double", "double")
code = double.__code__
f"{double(20)} {code.co_filename == modules.OWN_FILENAME} {code.co_firstlineno} {double.__doc__}"`),
    ).toBe('41 True 7 Says no more.');
  },
);

test('what is kept is made anew when a source has changed', { timeout: LIMIT_MS }, async () => {
  const root = projectOf({ 'src/utility/python/one.py': 'VALUE = 1\n' });
  const first = await compilePython(root);
  expect(await compilePython(root)).toEqual(first);
  writeFileSync(path.join(root, 'src/utility/python/one.py'), 'VALUE = 2\n');
  expect(await compilePython(root)).not.toEqual(first);
});
