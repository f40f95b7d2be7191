/** The JavaScript that WebAssembly can call, against what the real Pyodide asks for: a new one is to be looked at here. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  STUBBED_IMPORTS,
  ALLOWED_IMPORTS,
  filterImports,
  sealLinker,
} from '../../../../src/utility/realm/pyodide-314/bridge-imports.ts';

const GONE = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(new URL('gone-imports.json', import.meta.url), 'utf8')));

/** The libraries that TypeScript is told of here lack it. */
declare const WebAssembly: {
  readonly Module: { imports(module: object): { readonly name: string; readonly kind: string }[] };
  compile(bytes: Uint8Array): Promise<object>;
};

const { resolve: pathOf } = createRequire(import.meta.url);

type Env = Record<string, unknown>;

/** Emscripten's own map of what can be linked, before a module was instantiated with it. */
const emscriptensEnv = async (): Promise<Env> => {
  const { default: create } = (await import(pathOf('pyodide/pyodide.asm.mjs'))) as {
    default: (settings: object) => Promise<unknown>;
  };
  return new Promise((resolve, reject) => {
    create({
      API: { config: {}, runtimeEnv: {} },
      // Pyodide adds to it where the engine can switch stacks (Node 24 and later).
      preRun: [],
      instantiateWasm: ({ env }: { env: Env }) => {
        resolve(env);
        return {};
      },
    }).catch(reject);
  });
};

const namesOf = (env: Env): string[] => Object.keys(env).filter((name) => typeof env[name] === 'function');

describe('the main module', () => {
  it('imports all functions on our lists, and no others', async () => {
    const module = await WebAssembly.compile(readFileSync(pathOf('pyodide/pyodide.asm.wasm')));
    const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === 'function');
    const names = imported.map(({ name }) => name);
    expect([...ALLOWED_IMPORTS, ...STUBBED_IMPORTS.keys(), ...GONE].sort()).toEqual(names.sort());
  });
});

describe('what libraries are linked from', () => {
  let env: Env;
  let originals: ReadonlyMap<string, unknown>;
  const told: string[] = [];
  /** Zeros, then a text without an end. */
  const memory = new Uint8Array(20_000).fill(97, 8000);
  beforeAll(async () => {
    env = await emscriptensEnv();
    originals = new Map(Object.entries(env));
    const tell = ({ message }: Error): void => void told.push(message);
    filterImports({ env }, tell, () => memory);
  });

  it('has the kept functions unchanged, except that texts and numbers of arguments are bounded', () => {
    const changed = [...ALLOWED_IMPORTS].filter((name) => env[name] !== originals.get(name));
    expect(
      changed.filter(
        (name) => !/^__syscall_|^_dl(?:open|sym)_js$|^ffi_call_js$|^ffi_prep_closure_loc_js$/u.test(name),
      ),
    ).toEqual([]);
    for (const name of ['fd_read', 'fd_write', '_PyEM_TrampolineCall_JS', 'clock_time_get']) {
      expect(env[name], name).toBe(originals.get(name));
    }
  });

  it.each([
    ['__syscall_stat64', [8000, 0], -37],
    ['__syscall_openat', [-100, 8000, 0, 0], -37],
    ['__syscall_renameat', [-100, 0, -100, 8000], -37],
    ['__syscall_symlinkat', [8000, -100, 0], -37],
    // Beyond the memory.
    ['__syscall_chdir', [-8], -37],
    ['_dlopen_js', [8000 - 36], 0],
    ['_dlsym_js', [0, 8000, 0], 0],
  ] as const)('%s takes no text without an end', (name, values, answer) => {
    expect((env[name] as (...given: unknown[]) => unknown)(...values)).toBe(answer);
  });

  it.each([
    ['ffi_call_js', [8000]],
    ['ffi_prep_closure_loc_js', [0, 8000]],
    // Only what is not variadic.
    ['ffi_call_js', [8000 - 24]],
  ] as const)('%s makes no list of as many arguments as a guest wants', (name, values) => {
    expect(() => (env[name] as (...given: unknown[]) => unknown)(...values)).toThrow('too many arguments');
  });

  it('every system call with a text is bounded', () => {
    const bounded = [...ALLOWED_IMPORTS].filter((name) => env[name] !== originals.get(name));
    const withText = [...ALLOWED_IMPORTS].filter((name) =>
      /getStr\(|UTF8ToString\(symbol/u.test(String(originals.get(name))),
    );
    expect(withText.length).toBeGreaterThan(15);
    expect(withText.filter((name) => !bounded.includes(name))).toEqual([]);
  });

  it('has functions with constant answers in the place of some', () => {
    for (const [name, answer] of STUBBED_IMPORTS) {
      const replaced = env[name] as typeof answer;
      expect(replaced, name).not.toBe(originals.get(name));
      expect(replaced(1, 2, 3), name).toBe(answer(1, 2, 3));
    }
    expect(told).toEqual([]);
  });

  it('has nothing else: each of a thousand other functions names itself and throws', () => {
    const gone = namesOf(env).filter((name) => !ALLOWED_IMPORTS.has(name) && !STUBBED_IMPORTS.has(name));
    expect(gone.length).toBeGreaterThan(1200);
    for (const name of gone) {
      const before = told.length;
      expect(() => (env[name] as () => unknown)(), name).toThrow(
        'JavaScript is not available in this sandbox',
      );
      expect(told.slice(before), name).toEqual([expect.stringContaining(`(${name})`)]);
    }
  });

  it('keeps the signatures, with which the linker puts functions into the table', () => {
    for (const name of namesOf(env)) {
      expect(Reflect.get(env[name] as object, 'sig'), name).toBe(
        Reflect.get(originals.get(name) as object, 'sig'),
      );
    }
  });

  it.each(['constructor', 'hasOwnProperty', 'toString', 'valueOf', '__proto__', '__defineGetter__'])(
    'has no %s as every object has',
    (name) => {
      expect(name in env).toBe(true);
      expect(() => (env[name] as () => unknown)()).toThrow('JavaScript is not available');
      // `dlsym` finds what can be enumerated.
      expect(Object.keys(env)).not.toContain(name);
    },
  );
});

it("the linker's tables have no inherited names", () => {
  const tables = {
    GOT: { a: 1 },
    LDSO: { loadedLibsByName: { b: 2 } },
    preloadedWasm: { c: 3 },
    freeTableIndexes: [],
    wasmTable: { length: 0 },
  };
  sealLinker(tables);
  for (const table of [tables.GOT, tables.LDSO.loadedLibsByName, tables.preloadedWasm]) {
    expect('constructor' in table).toBe(false);
    expect('__proto__' in table).toBe(false);
  }
  expect([tables.GOT.a, tables.LDSO.loadedLibsByName.b, tables.preloadedWasm.c]).toEqual([1, 2, 3]);
});
