/**
 * What `src/utility/realm/pyodide-314` and its neighbours build on that Pyodide, Emscripten and CPython promise nobody:
 * an upgrade has to provide all of it, or change what stands beside it.
 */
import { loadPyodide } from 'pyodide';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytecodePaths } from '../../../src/utility/control/bytecode.ts';
import { SITE_PACKAGES } from '../../../src/utility/control/wheel-files.ts';
import { ERRNO } from '../../../src/utility/realm/pyodide-314/file-errors.ts';

type Kind = 'function' | 'object' | 'number' | 'string';

/** Paths from the object that `loadPyodide` gives, what is there, and what needs it. */
const PYODIDE: readonly (readonly [path: string, kind: Kind, needs: string])[] = [
  ['_api.fatal_error', 'function', 'errors without a trace'],
  ['_api.runtimeEnv', 'object', 'kept from the guest'],
  ['_api.config', 'object', 'ways of loading that are taken away'],
  ['_module.handle_js_error', 'function', 'errors without a trace'],
  ['_module.HEAPU8', 'object', 'snapshots'],
  ['_module.HEAP32', 'object', 'snapshots: the trampoline'],
  ['_module.__PyRuntime', 'number', 'snapshots: the trampoline'],
  ['_module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET', 'number', 'snapshots: the trampoline'],
  ['_module.__hiwire_set', 'function', 'packages of a snapshot'],
  ['loadedPackages', 'object', 'packages that were installed'],
  ['makeMemorySnapshot', 'function', 'snapshots'],
  ['setInterruptBuffer', 'function', 'interrupts'],
  ['setStdout', 'function', 'output'],
  ['setStderr', 'function', 'output'],
  ['setStdin', 'function', 'input'],
  ['pyimport', 'function', 'the runner'],
];

const FILE_SYSTEM: readonly (readonly [path: string, kind: Kind])[] = [
  ...(
    [
      ...['mkdirTree', 'lookupPath', 'chdir', 'open', 'write', 'read', 'close', 'readFile', 'writeFile'],
      ...['unlink', 'lstat', 'isFile', 'isDir', 'readdir', 'createStream', 'closeStream', 'ErrnoError'],
    ] as const
  ).map((name) => [name, 'function'] as const),
  ['streams', 'object'],
  ['filesystems.MEMFS.createNode', 'function'],
];

/** Emscripten's dynamic linker, for packages with shared libraries in a snapshot (linked-libraries.ts). */
const LINKER: readonly (readonly [path: string, kind: Kind])[] = [
  ['wasmTable', 'object'],
  ['GOT', 'object'],
  ['GOTHandler', 'object'],
  ['LDSO.loadedLibsByName', 'object'],
  ['LDSO.loadedLibsByHandle', 'object'],
  ['freeTableIndexes', 'object'],
  ...(
    [
      ...['growMemory', 'getFunctionAddress', 'getDylinkMetadata', 'newDSO', 'relocateExports'],
      ...['mergeLibSymbols', 'resolveGlobalSymbol', 'updateTableMap', 'convertJsFunctionToWasm'],
    ] as const
  ).map((name) => [name, 'function'] as const),
];

const at = (root: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined,
      root,
    );

interface Private {
  readonly _module: object;
  readonly FS: Readonly<Record<string, unknown>>;
  runPython(code: string): unknown;
}

let pyodide: Private;
beforeAll(async () => {
  pyodide = (await loadPyodide()) as unknown as Private;
});

describe('Pyodide 314 has', () => {
  it.each(PYODIDE)('%s, a %s, for %s', (path, kind) => {
    expect(typeof at(pyodide, path)).toBe(kind);
  });

  it('a hook for fatal errors, which is not set', () => {
    expect(at(pyodide, '_api.on_fatal')).toBeUndefined();
  });
});

describe("Emscripten's file system has", () => {
  it.each(FILE_SYSTEM)('%s, a %s', (path, kind) => {
    expect(typeof at(pyodide.FS, path)).toBe(kind);
  });

  it('files with the bytes, size and time that packages and workspaces are made of', () => {
    pyodide.runPython('open("/tmp/probe.txt", "w").write("abc")');
    const { node } = (pyodide.FS['lookupPath'] as (path: string) => { node: object })('/tmp/probe.txt');
    expect(node).toMatchObject({ id: expect.any(Number) as number, usedBytes: 3 });
    expect(['contents', 'mode', 'mtime'].filter((name) => !(name in node))).toEqual([]);
  });

  it.each(
    Object.entries({ absent: 'FileNotFoundError', io: 'OSError', interrupted: 'InterruptedError' } as const),
  )('the number for %s that Python takes for %s', (name, exception) => {
    const errno = ERRNO[name as keyof typeof ERRNO];
    expect(pyodide.runPython(`type(OSError(${String(errno)}, "x")).__name__`)).toBe(exception);
  });
});

describe("Emscripten's linker has", () => {
  it.each(LINKER)('%s, a %s', (path, kind) => {
    expect(typeof at(pyodide._module, path)).toBe(kind);
  });
});

describe('CPython 3.14', () => {
  it('keeps packages where wheels are put', () => {
    expect(`${String(pyodide.runPython('import site\nsite.getsitepackages()[0]'))}/`).toBe(SITE_PACKAGES);
  });

  it('calls bytecode as archives of it do', () => {
    const path = '/lib/a/b.py';
    const code = `from importlib.util import cache_from_source\ncache_from_source("${path}")`;
    expect(bytecodePaths([path])).toEqual([pyodide.runPython(code)]);
  });

  it('writes and reads bytecode by the time of its source', () => {
    const code =
      'from importlib import _bootstrap_external as files\ncallable(files._validate_timestamp_pyc)';
    expect(pyodide.runPython(code)).toBe(true);
  });
});
