import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadPyodide, version } from 'pyodide';
import type { Plugin } from 'vite';
import { madeOnce } from './made-once.ts';

/** Where the modules are that an interpreter loads by modules.py. */
const FOLDERS = ['src/shared/python', 'src/utility/python'];
const LOADER = 'src/shared/python/modules.py';
const COMPILER = 'scripts/build/compiled_source.py';
/** Run as text, and before there is a loader. */
const BOOT = 'src/utility/python/boot.py';
/** Guest code imports these, and may want to see their sources. */
const PROVIDED = 'src/utility/python/imports/provided/';

const RAW = '?raw';

type Compile = (source: string) => string;

/**
 * Puts our Python into the guest bundle as compiled code, since to compile it takes a fifth of the very first start.
 * Pyodide itself compiles it: no other version's code would do.
 */
export function compiledPython(root: string): Plugin {
  let compiled: ReadonlyMap<string, string> = new Map();
  return {
    name: 'vivarium:compiled-python',
    enforce: 'pre',
    async buildStart() {
      compiled = await compilePython(root);
    },
    load(id) {
      if (!id.endsWith(RAW)) return null;
      const code = compiled.get(relative(root, id.slice(0, -RAW.length)));
      return code === undefined ? null : `export default ${JSON.stringify(code)};`;
    },
  };
}

const relative = (root: string, file: string): string => path.relative(root, file).split(path.sep).join('/');

/** The compiled forms, by the file's path in the project. */
export async function compilePython(root: string): Promise<ReadonlyMap<string, string>> {
  const sources = await readSources(root);
  const [loader, compiler] = await Promise.all([LOADER, COMPILER].map((name) => readText(root, name)));
  const key = [version, loader, compiler, ...[...sources].flat()];
  const made = await madeOnce(root, 'python', key, async () => {
    const compile = await openCompiler({ modules: loader, compiled_source: compiler });
    return JSON.stringify([...sources].map(([name, source]) => [name, compile(source)]));
  });
  return new Map(JSON.parse(made.toString()) as [string, string][]);
}

const readText = (root: string, name: string): Promise<string> => readFile(path.join(root, name), 'utf8');

async function readSources(root: string): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  for (const folder of FOLDERS) {
    const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const name = relative(root, path.join(entry.parentPath, entry.name));
      const isLoaded = name !== LOADER && name !== BOOT && !name.startsWith(PROVIDED);
      if (name.endsWith('.py') && isLoaded) sources.set(name, await readText(root, name));
    }
  }
  return new Map([...sources].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function openCompiler(modules: Readonly<Record<string, string | undefined>>): Promise<Compile> {
  const pyodide = await loadPyodide();
  const files = pyodide.FS as { writeFile(name: string, text: string): void };
  for (const [name, source] of Object.entries(modules)) files.writeFile(`/tmp/${name}.py`, source ?? '');
  return pyodide.runPython(`
import sys
sys.path.append("/tmp")
import compiled_source, modules
lambda source: compiled_source.compiled_source(source, modules.compile_source, modules.COMPILED)`) as Compile;
}
