/** Python without JavaScript: doors that Pyodide has are not there, and what goes past Python ends its interpreter. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { guestLibrary, type LibraryNeeds } from '../support/guest-library.ts';
import { useSandbox } from '../support/either-sandbox.ts';

const REFUSED = 'JavaScript is not available in this sandbox';

const sandbox = useSandbox();
/** A session whose state must outlive all that happens in others. */
const bystander = async (code: string): Promise<string | undefined> =>
  (await sandbox().run(code, { session: 'bystander' })).value?.text;

beforeAll(async () => {
  expect(await bystander('x = 41; x')).toBe('41');
});

const run = (code: string, library?: Uint8Array): Promise<RunResult> =>
  sandbox().run(code, {
    timeoutMs: 60_000,
    files: library === undefined ? [] : [{ name: 'guest.so', bytes: library }],
  });

const expectRefusal = ({ error, status }: RunResult, name: string): void => {
  expect({ status, message: error?.message }).toEqual({
    status: 'crashed',
    message: expect.stringMatching(new RegExp(`${REFUSED}.*\\(${name}\\)`, 'u')) as string,
  });
};

describe('modules', () => {
  it.each([
    'import js',
    'from js import document',
    'import pyodide_js',
    'from pyodide_js import loadPackage',
    'import _pyodide_core',
    'import pyodide',
    'from pyodide.ffi import to_js, create_proxy',
    'from pyodide.code import run_js',
    'from pyodide.webloop import WebLoop',
    'import _pyodide._importhook',
    '__import__("importlib").import_module("pyodide.ffi")',
    'await __import__("pyodide").http.pyfetch("https://example.org")',
  ])('%s: an ImportError in plain words', async (code) => {
    const { error, status } = await run(code);
    expect({ status, type: error?.type }).toEqual({ status: 'error', type: 'ImportError' });
    expect(error?.message).toContain(REFUSED);
  });

  it('pyodide.http is what the network is reached by: an ImportError that says so', async () => {
    const { error, status } = await run('from pyodide.http import pyfetch, open_url');
    expect({ status, type: error?.type }).toEqual({ status: 'error', type: 'ImportError' });
    expect(error?.message).toContain('code in the sandbox has no network');
  });

  it('are not in the standard library either when code removes our finder', async () => {
    const { stdout } = await run(`
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if 'vivarium' not in type(finder).__module__ and type(finder).__name__ != 'RefusedModules']
for name in ('js', 'pyodide_js', 'pyodide', 'pyodide.ffi', '_pyodide'):
    try: __import__(name); print(name)
    except ImportError as error: print(error.name.partition('.')[0] == name.partition('.')[0])
`);
    expect(stdout).toBe('True\nTrue\nTrue\nTrue\nTrue\n');
  });

  it('the built-in one, _pyodide_core, gives nothing', async () => {
    const code = `import _imp, importlib.machinery as m; _imp.create_builtin(m.ModuleSpec('_pyodide_core', None)).to_js([])`;
    const { status } = await run(code);
    expect(['crashed', 'error']).toContain(status);
  });
});

it('nothing of JavaScript is among all objects that can be reached', async () => {
  const { stdout } = await run(`
import gc, sys
seen, found, queue = set(), [], [gc.get_objects(), sys.modules]
while queue:
    batch = queue.pop()
    for one in gc.get_referents(batch):
        if id(one) in seen: continue
        seen.add(id(one))
        queue.append(one)
        kind = type(one)
        for named in (kind, one) if kind is type else (kind,):
            if named.__name__.startswith(('Js', 'PyProxy', 'JavaScript')) or 'pyodide' in str(named.__dict__.get('__module__', '')):
                found.append(named.__name__)
print(len(seen) > 20_000, found, [name for name in sys.modules if name.partition('.')[0] in ('js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core')])
`);
  expect(stdout).toBe('True [] []\n');
});

describe('ctypes', () => {
  it.each([
    ['emscripten_run_script', 'ctypes.CDLL(None).emscripten_run_script(b"1")'],
    ['emscripten_run_script_string', 'ctypes.CDLL(None).emscripten_run_script_string(b"1")'],
    ['emscripten_asm_const_int', 'ctypes.CDLL(None).emscripten_asm_const_int(3964146, b"", 0)'],
    ['emscripten_glGetString', 'ctypes.CDLL(None).emscripten_glGetString(7936)'],
    ['emscripten_websocket_new', 'ctypes.CDLL(None).emscripten_websocket_new(0)'],
    ['\\w+', 'ctypes.pythonapi.python2js(ctypes.py_object("a"))'],
  ])('%s ends the interpreter: %s', async (name, code) => {
    expectRefusal(await run(`import ctypes\n${code}`), name);
  });

  it.each(['constructor', 'hasOwnProperty', '__proto__', 'toString'])(
    '%s, which every object of JavaScript has, is no symbol and no library',
    async (name) => {
      const { error } = await run(`import ctypes\nctypes.CDLL(None)[${JSON.stringify(name)}]`);
      expect(error?.type).toBe('AttributeError');
      const library = await run(`import ctypes\nctypes.CDLL(${JSON.stringify(name)})`);
      expect(library.error?.type).toBe('OSError');
    },
  );
});

describe('a shared library of the guest’s own', () => {
  const attack = async (source: string, needs: LibraryNeeds = {}): Promise<RunResult> =>
    run(
      `import ctypes\nprint(ctypes.CDLL('/workspace/guest.so').attack())`,
      await guestLibrary(`(module ${source})`, needs),
    );
  const body = (instructions: string): string =>
    `(func (export "attack") (result i32) ${instructions} (i32.const 1))`;

  it('works as such: its own code and memory', async () => {
    const source = `(import "env" "memory" (memory 1)) (import "env" "__memory_base" (global $base i32))
      (data (global.get $base) "\\2a") (func (export "attack") (result i32) (i32.load8_u (global.get $base)))`;
    expect((await attack(source, { memoryBytes: 16 })).stdout).toBe('42\n');
  });

  it.each([
    ['emscripten_run_script', '(param i32)', '(i32.const 0)'],
    ['raw_call_js', '', ''],
    ['JsvObject_New', '(result externref)', ''],
    ['emscripten_set_main_loop', '(param i32)', '(i32.const 0)'],
    ['constructor', '(param externref) (result externref)', '(ref.null extern)'],
    ['__defineGetter__', '', ''],
    ['__proto__', '', ''],
  ])('imports %s: calling it ends the interpreter', async (name, type, values) => {
    const drop = type.includes('result') ? 'drop' : '';
    const source = `(import "env" "${name}" (func $called ${type})) ${body(`${values} (call $called) ${drop}`)}`;
    expectRefusal(await attack(source), name);
  });

  it('catches the exception thrown then, and gets no object of it', async () => {
    const source = `(import "env" "JsvObject_New" (func $new (result externref)))
      ${body('(try (do (drop (call $new))) (catch_all))')}`;
    expectRefusal(await attack(source), 'JsvObject_New');
  });

  it('makes a Python object of a reference that the main module gives out', async () => {
    const source = `(import "env" "Jsr_undefined" (global $reference externref))
      (import "env" "JsProxy_create" (func $wrap (param externref) (result i32)))
      ${body('(drop (call $wrap (global.get $reference)))')}`;
    const { status } = await attack(source);
    expect(['crashed', 'error']).toContain(status);
  });

  it('calls through the table of functions', async () => {
    const source = `(import "GOT.func" "emscripten_console_log" (global $slot (mut i32)))
      (import "env" "__indirect_function_table" (table 1 funcref))
      (type $takes (func (param i32)))
      ${body('(call_indirect (type $takes) (i32.const 0) (global.get $slot))')}`;
    expectRefusal(await attack(source), 'emscripten_console_log');
  });

  it.each([
    ['a function', '(global (export "__em_js__pwn") i32 (i32.const 0))', '(void)<::>{ pwned = 1 }'],
    [
      'statements',
      '(global (export "__start_em_asm") i32 (i32.const 0)) (global (export "__stop_em_asm") i32 (i32.const 8))',
      'pwned = 1',
    ],
  ])('brings JavaScript as text, %s: it can not be loaded', async (_what, globals, text) => {
    const source = `(import "env" "memory" (memory 1)) (import "env" "__memory_base" (global $base i32))
      (data (global.get $base) "${text}\\00") ${globals} ${body('')}`;
    const { error } = await attack(source, { memoryBytes: 64 });
    expect(error?.type).toBe('OSError');
    expect(error?.message).toContain('no JavaScript can be evaluated here');
  });

  it.each([
    ['constructor', 'getOwnPropertyNames'],
    ['toString', 'call'],
    ['__proto__', 'valueOf'],
    ['__defineGetter__', 'bind'],
  ])(
    'imports %s.%s, a module that every object of JavaScript has: it can not be loaded',
    async (module, name) => {
      const source = `(import "${module}" "${name}" (func $called (param externref) (result externref)))
      ${body('(drop (call $called (ref.null extern)))')}`;
      const { error } = await attack(source);
      expect(error?.type).toBe('OSError');
      expect(error?.message).toContain('Import #0');
    },
  );

  it('finds no addresses under names that every object has', async () => {
    for (const name of ['__proto__', 'constructor']) {
      const { error } = await attack(
        `(import "GOT.mem" "${name}" (global $address (mut i32))) ${body('(drop (global.get $address))')}`,
      );
      expect(error?.type).toBe('OSError');
    }
  });

  it('reads outside of the memory, which ends its own interpreter', async () => {
    const source = `(import "env" "memory" (memory 1)) ${body('(drop (i32.load (i32.const -4)))')}`;
    expect((await attack(source)).status).toBe('crashed');
  });
});

describe('texts and libraries that JavaScript code of the linker parses', () => {
  it.each([
    ['a path of folders', `os.stat('a/' * 50_000_000)`],
    ['a path of slashes', `open('/' * 200_000_000)`],
    ['a long name', `os.mkdir('a' * 200_000_000)`],
    ['a link', `os.symlink('/' * 200_000_000, 'link')`],
    ['a new name', `os.rename('.', '/' * 200_000_000)`],
    ['a library', `__import__('ctypes').CDLL('/' * 200_000_000)`],
  ])('%s is refused as too long', async (_what, code) => {
    const { error, status } = await run(`import os\n${code}`);
    expect({ status, type: error?.type }).toEqual({ status: 'error', type: 'OSError' });
  });

  it('a library whose head has a list of any length is refused as damaged', async () => {
    const NEEDED = 2;
    const bytes = await guestLibrary('(module)', {
      dylink: [NEEDED, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
    });
    const { error } = await run(`import ctypes\nctypes.CDLL('/workspace/guest.so')`, bytes);
    expect(error?.type).toBe('OSError');
    expect(error?.message).toContain('damaged library');
  });
});

describe('lists of any length that JavaScript code would build', () => {
  it('a library with a list of empty names in its head is refused as damaged', async () => {
    const { error } = await run(`
import ctypes
def number(value):
    return bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14 & 127 | 128, value >> 21])
names = 150_000_000
head = b"\\x08dylink.0\\x02" + number(names) + number(names)
with open('guest.so', 'wb') as file:
    file.write(b"\\0asm\\1\\0\\0\\0\\0" + number(len(head) + names) + head)
    file.truncate(names + 100)
ctypes.CDLL('/workspace/guest.so')`);
    expect(error?.type).toBe('OSError');
    expect(error?.message).toContain('damaged library');
  });

  it('functions of ctypes that are freed without end end their own interpreter', async () => {
    const source = `(module (import "env" "ffi_closure_free_js" (func $free (param i32)))
      (func (export "attack") (loop $again (call $free (i32.const 0)) (br $again))))`;
    const { status } = await run(
      `import ctypes\nctypes.CDLL('/workspace/guest.so').attack()`,
      await guestLibrary(source),
    );
    expect(status).toBe('crashed');
    expect(await bystander('x')).toBe('41');
  });

  it('a library with tables of its own can not be loaded', async () => {
    const library = await guestLibrary(`(module ${'(table 10000000 funcref)'.repeat(14)})`);
    const { error } = await run(`import ctypes\nctypes.CDLL('/workspace/guest.so')`, library);
    expect(error?.type).toBe('OSError');
    expect(error?.message).toContain('no table and no memory');
  });
});

it('a file may have any name', async () => {
  const { stdout } = await run(`
import os
for name in ('__proto__', 'constructor'):
    with open(name, 'w') as file: file.write(name)
    os.mkdir(f'{name} folder')
    os.rename(name, f'{name} folder/{name}')
    with open(f'{name} folder/{name}') as file: print(file.read())
`);
  expect(stdout).toBe('__proto__\nconstructor\n');
});

it("in all these cases only the guest's own interpreter ended", async () => {
  expect(await bystander('x + 1')).toBe('42');
});
