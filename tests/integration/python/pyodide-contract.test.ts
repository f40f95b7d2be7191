/**
 * What `src/utility/realm/pyodide-314` and its neighbours build on although Pyodide, Emscripten and CPython do not document it:
 * an upgrade has to provide all of it, or change what stands beside it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytecodePaths } from '../../../src/utility/control/packages/bytecode.ts';
import { SITE_PACKAGES } from '../../../src/utility/control/packages/wheel-files.ts';
import { ERRNO } from '../../../src/utility/realm/pyodide-314/file-errors.ts';
import {
  loadPyodideModule,
  type PyodideModule,
} from '../../../src/utility/realm/pyodide-314/pyodide-module.ts';
import { plainBoot } from '../../../src/utility/realm/pyodide-314/snapshot.ts';
import { startGuest, type Guest } from './guest.ts';

type Kind = 'function' | 'object' | 'number' | 'string';

/** What Emscripten's module has, and what needs it. */
const MODULE: readonly (readonly [name: string, kind: Kind, needs: string])[] = [
  ['ENV', 'object', 'the environment'],
  ['HEAP8', 'object', 'interrupts'],
  ['_Py_EMSCRIPTEN_SIGNAL_HANDLING', 'number', 'interrupts'],
  ['HEAPU8', 'object', 'calls of Python, snapshots'],
  ['HEAP32', 'object', 'snapshots: the trampoline'],
  ['__PyRuntime', 'number', 'snapshots: the trampoline'],
  ['__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET', 'number', 'snapshots: the trampoline'],
  ['_dump_traceback', 'function', 'the stack of a fatal error'],
  ['getExceptionMessage', 'function', 'exceptions of C++ that nobody caught'],
  ...(
    [
      ...['_PyBytes_FromStringAndSize', '_PyBytes_AsString', '_PyBytes_Size', '_PyObject_CallOneArg'],
      ...['_PyDict_New', '_PyDict_SetItemString', '_PyDict_GetItemString', '_Py_CompileStringExFlags'],
      ...['_PyEval_EvalCode', '_PyErr_Clear', '_Py_IncRef', '_Py_DecRef'],
    ] as const
  ).map((name) => [name, 'function', 'calls of Python'] as const),
];

const FILE_SYSTEM: readonly (readonly [path: string, kind: Kind])[] = [
  ...(
    [
      ...['mkdirTree', 'lookupPath', 'chdir', 'open', 'write', 'read', 'close', 'readFile', 'writeFile'],
      ...['unlink', 'lstat', 'isFile', 'isDir', 'readdir', 'createStream', 'closeStream', 'ErrnoError'],
      ...['makedev', 'registerDevice', 'mkdev', 'getPath'],
    ] as const
  ).map((name) => [name, 'function'] as const),
  ['streams', 'object'],
  ['nameTable', 'object'],
  ['currentPath', 'string'],
  ['nextInode', 'number'],
  ['MAX_OPEN_FDS', 'number'],
  ['createDevice', 'function'],
  ['filesystems.MEMFS.createNode', 'function'],
  ['filesystems.MEMFS.stream_ops.write', 'function'],
  ...['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'].map(
    (name) => [`filesystems.MEMFS.ops_table.dir.node.${name}`, 'function'] as const,
  ),
  ['filesystems.MEMFS.ops_table.file.node.setattr', 'function'],
  ['filesystems.MEMFS.ops_table.file.stream.write', 'function'],
  ['filesystems.MEMFS.ops_table.link.node.setattr', 'function'],
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

const require = createRequire(import.meta.url);
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(require.resolve(`pyodide/${name}`)));
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

let module: PyodideModule;
let guest: Guest;
const valueOf = async (code: string): Promise<unknown> => {
  const { error, value } = await guest.run(code);
  expect(error).toBeNull();
  return value?.json;
};
beforeAll(async () => {
  module = await loadPyodideModule({
    wasm: await WebAssembly.compile(bytesOf('pyodide.asm.wasm')),
    stdlib: bytesOf('python_stdlib.zip'),
    plan: plainBoot,
    onRefusal: (refusal) => expect.fail(refusal.message),
  });
  guest = await startGuest();
}, 60_000);

describe("Emscripten's module has", () => {
  it.each(MODULE)('%s, a %s, for %s', (path, kind) => {
    expect(typeof at(module, path)).toBe(kind);
  });
});

describe("Emscripten's file system has", () => {
  it.each(FILE_SYSTEM)('%s, a %s', (path, kind) => {
    expect(typeof at(module.FS, path)).toBe(kind);
  });

  it('files with the bytes, size and time that packages and workspaces are made of', () => {
    module.FS.writeFile('/tmp/probe.txt', 'abc');
    const { node } = module.FS.lookupPath('/tmp/probe.txt');
    expect(node).toMatchObject({ id: expect.any(Number) as number, usedBytes: 3 });
    expect(['contents', 'mode', 'mtime'].filter((name) => !(name in node))).toEqual([]);
  });

  it.each(
    Object.entries({
      absent: 'FileNotFoundError',
      invalid: 'OSError',
      io: 'OSError',
      interrupted: 'InterruptedError',
      notPermitted: 'PermissionError',
    } as const),
  )('the number for %s that Python takes for %s', async (name, exception) => {
    const errno = ERRNO[name as keyof typeof ERRNO];
    expect(await valueOf(`type(OSError(${String(errno)}, "x")).__name__`)).toBe(exception);
  });
});

describe("Emscripten's linker has", () => {
  it.each(LINKER)('%s, a %s', (path, kind) => {
    expect(typeof at(module, path)).toBe(kind);
  });
});

describe('CPython 3.14', () => {
  it('has its packages in the folder that wheels are put into', async () => {
    expect(`${String(await valueOf('import site\nsite.getsitepackages()[0]'))}/`).toBe(SITE_PACKAGES);
  });

  it('names bytecode files as we do', async () => {
    const path = '/lib/a/b.py';
    const code = `from importlib.util import cache_from_source\ncache_from_source("${path}")`;
    expect(bytecodePaths([path])).toEqual([await valueOf(code)]);
  });

  it('writes and reads bytecode by the time of its source', async () => {
    const code =
      'from importlib import _bootstrap_external as files\ncallable(files._validate_timestamp_pyc)';
    expect(await valueOf(code)).toBe(true);
  });
});

it('No module of Pyodide itself is there until a guest imports one', async () => {
  const code =
    'import sys\n[name for name in sys.modules if "pyodide" in name or name in ("js", "pyodide_js")]';
  expect(await valueOf(code)).toEqual([]);
});
