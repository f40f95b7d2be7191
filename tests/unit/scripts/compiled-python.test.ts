import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadPyodide } from 'pyodide';
import { expect, test } from 'vitest';
import { compilePython } from '../../../scripts/build/compiled-python.ts';
import { madeOnce } from '../../../scripts/build/made-once.ts';
import { projectRoot } from '../../../scripts/shared/project.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Pyodide is started. */
const LIMIT_MS = 60_000;

const LOADER = 'src/shared/python/modules.py';
const COMPILER = 'scripts/build/compiled_source.py';

const projectOf = (files: Record<string, string>): string => {
  const root = temporaryFolder();
  const place = (name: string): string => {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  for (const name of [LOADER, COMPILER]) cpSync(path.join(projectRoot, name), place(name));
  for (const [name, source] of Object.entries(files)) writeFileSync(place(name), source);
  return root;
};

const DRIVER = `
from __future__ import annotations


def install_driver(factor: int):
    """Says no more."""

    def drive(value: int) -> int:
        from .other import ADDED

        return value * factor + ADDED

    return drive
`;

/** Fails when it is loaded for the first time. */
const OTHER = `
import sys

if not hasattr(sys, "was_interrupted"):
    sys.was_interrupted = True
    raise KeyboardInterrupt
ADDED = 1
`;

test(
  'compiled modules are loaded by boot.py, also later when libraries were patched, and again after an interrupt',
  { timeout: LIMIT_MS },
  async () => {
    const root = projectOf({
      'src/utility/python/driver.py': DRIVER,
      'src/shared/python/other.py': OTHER,
      'src/utility/python/boot.py': 'never = "compiled"\n',
      'src/utility/python/imports/provided/shown.py': 'seen = "by guests"\n',
    });
    const compiled = await compilePython(root);
    expect([...compiled.keys()]).toEqual(['src/shared/python/other.py', 'src/utility/python/driver.py']);
    const texts = [...compiled].map(([name, text]) => [path.basename(name, '.py'), text]);
    const sources = JSON.stringify(Object.fromEntries(texts));
    const pyodide = await loadPyodide();
    const files = pyodide.FS as { writeFile(name: string, text: string): void };
    const loader = (await import('../../../src/shared/python/modules.py?raw')).default;
    const boot = (await import('../../../src/utility/python/boot.py?raw')).default;
    files.writeFile('/tmp/started.py', `${loader}\n${boot}`);
    files.writeFile('/tmp/given.json', JSON.stringify({ sources, installation: 2 }));
    expect(
      pyodide.runPython(`
names = {"given": open("/tmp/given.json").read()}
exec(open("/tmp/started.py").read(), names)
drive, code = names["drive"], names["drive"].__code__
import binascii, marshal, types, zlib
zlib.decompress = marshal.loads = binascii.a2b_base64 = types.SimpleNamespace = None
try:
    drive(20)
except KeyboardInterrupt:
    print("interrupted")
f"{drive(20)} {code.co_filename == names['OWN_FILENAME']} {code.co_firstlineno} {'given' in names}"`),
    ).toBe('41 True 8 False');
  },
);

test('what is kept is made anew when a source has changed', { timeout: LIMIT_MS }, async () => {
  const root = projectOf({ 'src/utility/python/one.py': 'VALUE = 1\n' });
  const first = await compilePython(root);
  expect(await compilePython(root)).toEqual(first);
  writeFileSync(path.join(root, 'src/utility/python/one.py'), 'VALUE = 2\n');
  expect(await compilePython(root)).not.toEqual(first);
});

test(
  'a damaged file of an earlier build is made anew, and those of older sources go',
  { timeout: LIMIT_MS },
  async () => {
    const root = projectOf({});
    const folder = path.join(root, 'node_modules/.cache/vivarium');
    const content = (await madeOnce(root, 'kind', ['a'], () => Promise.resolve('one'))).toString();
    const [name = ''] = readdirSync(folder);
    writeFileSync(path.join(folder, name), readFileSync(path.join(folder, name), 'utf8').slice(0, -1));
    const again = await madeOnce(root, 'kind', ['a'], () => Promise.resolve('two'));
    expect([content, again.toString()]).toEqual(['one', 'two']);
    const kept = await madeOnce(root, 'kind', ['a'], () => Promise.reject(new Error('it is there')));
    expect(kept.toString()).toBe('two');
    await madeOnce(root, 'other', ['a'], () => Promise.resolve(''));
    await madeOnce(root, 'kind', ['b'], () => Promise.resolve('three'));
    expect(readdirSync(folder).filter((file) => file.startsWith('kind'))).not.toContain(name);
    expect(readdirSync(folder)).toHaveLength(2);
  },
);
