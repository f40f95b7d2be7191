import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadPyodide } from 'pyodide';
import { madeOnce } from './made-once.ts';

/** Where Pyodide puts the file; its tracebacks say so. */
const PLACE = '/lib/python314.zip';

const SOURCE = '/tmp/source.zip';
const TARGET = '/tmp/target.zip';

/** The least number of modules that make the result credible. */
const MODULES = 400;

interface Library {
  readonly compile_library: (source: string, target: string, place: string) => number;
}

/**
 * Makes `target`: Python's standard library as the pyodide package has it, with compiled code beside each
 * source. Pyodide itself compiles it, since no other interpreter's code would do; what was made once is kept.
 */
export async function buildStandardLibrary(root: string, target: string): Promise<void> {
  const require = createRequire(path.join(root, 'package.json'));
  const source = await readFile(require.resolve('pyodide/python_stdlib.zip'));
  const program = await readFile(path.join(root, 'scripts', 'build', 'compile_standard_library.py'), 'utf8');
  await writeFile(
    target,
    await madeOnce(root, 'standard-library', [source, program], () => compile(source, program)),
  );
}

async function compile(source: Buffer, program: string): Promise<Buffer> {
  const pyodide = await loadPyodide();
  const files = pyodide.FS as {
    writeFile(name: string, bytes: Uint8Array): void;
    readFile(name: string): Uint8Array;
  };
  files.writeFile(SOURCE, source);
  files.writeFile('/tmp/compile_standard_library.py', Buffer.from(program));
  const library = pyodide.runPython(
    'import sys; sys.path.append("/tmp"); import compile_standard_library; compile_standard_library',
  ) as Library;
  const count = library.compile_library(SOURCE, TARGET, PLACE);
  if (count < MODULES) throw new Error(`only ${String(count)} modules of the standard library were compiled`);
  return Buffer.from(files.readFile(TARGET));
}
