/** Ways out of the guest's realm that were found, and their neighbours. Each is closed in JavaScript alone. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Assets } from '../../src/utility/control/interpreters/assets.ts';
import { NodeCodec } from '../../src/utility/control/node/node-codec.ts';
import { NodeThreads } from '../../src/utility/control/node/node-threads.ts';
import { prepareStartContext } from '../../src/utility/control/interpreters/start-context.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';

const PROGRAM = path.join(import.meta.dirname, '..', 'support', 'hardened-realm.ts');

/** See tests/support/hardened-realm.ts. */
const attack = async (source: string, ...options: string[]): Promise<string> => {
  const flags = ['--import', 'tsx', '--disallow-code-generation-from-strings'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, PROGRAM, ...options, source], {
    timeout: 60_000,
  });
  return stdout.trim();
};

/** JavaScript for attacks: whether a value was made in another realm than the guest's. */
const FOREIGN = `const foreign = (value) =>
  (typeof value === 'function' || (typeof value === 'object' && value !== null)) && !(value instanceof Object);
`;
const guest = (body: string): Promise<string> => attack(`(later) => { ${FOREIGN} ${body} }`);

/**
 * Exhausts the stack and tries every one of `calls` at every depth on the way back. What was thrown is only
 * kept, since looking at it there would take stack itself, and hide what it is to find.
 */
const atEveryDepth = (...calls: string[]): Promise<string> =>
  guest(`
    const caught = Array(1 << 16).fill(0);
    let tried = 0, refused = 0;
    const fall = () => {
      try { fall(); } catch (error) { caught[refused++ & 65535] = error; }
      ${calls.map((call) => `try { tried++; ${call}; } catch (error) { caught[refused++ & 65535] = error; }`).join('\n')}
    };
    for (let round = 0; round < 5; round++) try { fall(); } catch {}
    return (tried > 3000 && refused > 0 ? 'tried' : 'only ' + tried + '/' + refused) + ', leaks: ' + caught.filter(foreign).length;
  `);

describe('from JavaScript in the realm', () => {
  it('the bundle has no import(), whose rejections are errors of the host', async () => {
    const bundle = await readFile(path.join(OUT_FOLDER, 'utility', 'guest.js'), 'utf8');
    expect(bundle).toContain('vivariumNoImport(');
    expect(bundle.match(/\bimport\s*\(|\bimport\.meta\b/gu)).toBeNull();
  });

  it('streaming compilation, which rejects with errors of the host, is removed', async () => {
    const body = `const kept = [];
      for (const name of ['compileStreaming', 'instantiateStreaming']) {
        const compile = WebAssembly[name];
        if (compile === undefined) continue;
        kept.push(name);
        compile(1, {}).catch((error) => later(name + ' leaks: ' + foreign(error)));
      }
      return 'kept: ' + kept;`;
    expect(await guest(body)).toBe('kept:');
  });

  it('reading the stack of an error never enters the host, at any depth', async () => {
    expect(await atEveryDepth(`void new Error('x').stack`, 'Error.captureStackTrace({})')).toBe(
      'tried, leaks: 0',
    );
  });

  it('no bridge call fails within the host, at any depth', async () => {
    const calls = ['performance.now()', 'setTimeout(fall, 1e9)', 'crypto.getRandomValues(new Uint8Array(4))'];
    expect(await atEveryDepth(...calls)).toBe('tried, leaks: 0');
  });

  it('other built-in functions that the engine asks the host about fail within the realm, at any depth', async () => {
    const wasm = 'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))';
    const calls = [`Function('')`, `(0, eval)('')`, 'Promise.reject(1)', wasm, 'new Date().toString()'];
    expect(await atEveryDepth(...calls)).toContain(', leaks: 0');
  });

  it('Error.prepareStackTrace is never called, and the limit of stack traces can not be restored', async () => {
    const body = `let asked = 0;
      Error.prepareStackTrace = (error, sites) => { asked++; if (foreign(sites)) later('leak'); return 'x'; };
      Error.stackTraceLimit = 50;
      let back = false;
      try { back = delete Error.stackTraceLimit; } catch {}
      try { Object.defineProperty(Error, 'stackTraceLimit', { value: 50 }); back = true; } catch {}
      const error = new Error('x');
      void error.stack;
      Promise.reject(error);
      Promise.reject(new Proxy(error, {}));
      return 'asked: ' + asked + ', back: ' + back;`;
    expect(await guest(body)).toBe('asked: 0, back: false');
  });

  it('the host does not inspect unhandled rejections', async () => {
    const body = `const inspect = Symbol.for('nodejs.util.inspect.custom');
      const trap = new Proxy({}, { get: (_target, name) => (...given) => { later('trap ' + name); return Reflect[name](...given); } });
      const bait = { stack: 'x', [inspect]: (...given) => { later('inspect ' + given.some(foreign)); return ''; } };
      for (const name of ['name', 'message', 'stack', 'code', 'toString', 'constructor'])
        Object.defineProperty(bait, name, { get: () => { later('get ' + name); return 'x'; } });
      Promise.reject(bait);
      Promise.reject(new Proxy({}, trap));
      const late = Promise.reject(1);
      Object.defineProperty(globalThis, 'waiting', { get: () => { late.catch(() => undefined); return false; } });
      return 'done';`;
    expect(await guest(body)).toBe('done');
  });

  it('no promise gets a prototype that shows a guest which properties Node reads', async () => {
    const body = `let changed = 0, asked = 0;
      const spy = new Proxy({}, { get: (_target, name) => { asked++; later('asked for ' + String(name)); } });
      const rejected = (change) => {
        let reject;
        const promise = new Promise((_resolve, refuse) => { reject = refuse; });
        try { if (Object.getPrototypeOf(change(promise) ?? promise) !== Promise.prototype) changed++; } catch {}
        reject(1);
      };
      const construct = (Class) => Reflect.construct(Promise, [(_resolve, reject) => reject(1)], Class);
      const Other = function () {};
      Other.prototype = spy;
      const bound = Promise.bind(null);
      Object.defineProperty(bound, 'prototype', { value: spy });
      for (const change of [
        (promise) => Object.setPrototypeOf(promise, spy),
        (promise) => Reflect.setPrototypeOf(promise, spy),
        (promise) => { promise.__proto__ = spy; },
        (promise) => void Reflect.set(promise, '__proto__', spy),
        (promise) => Object.assign(promise, JSON.parse('{ "__proto__": 1 }'), Object.fromEntries([['__proto__', spy]])),
        (promise) => Object.prototype.__lookupSetter__('__proto__').call(promise, spy),
        (promise) => { Promise.prototype.__proto__ = spy; },
        () => construct(Other),
        () => construct(bound),
        () => Reflect.construct.call(null, Promise, [(_resolve, reject) => reject(1)], Other),
      ]) rejected(change);
      return 'changed: ' + changed + ', asked: ' + asked;`;
    expect(await guest(body)).toBe('changed: 0, asked: 0');
  });

  it('the host does not inspect uncaught exceptions', async () => {
    const body = `const inspect = Symbol.for('nodejs.util.inspect.custom');
      const registry = (globalThis.kept = new FinalizationRegistry(() => {
        later('thrown');
        globalThis.waiting = false;
        throw { get stack() { later('get'); return 'x'; }, [inspect]: (...given) => later('inspect ' + given.some(foreign)) };
      }));
      for (let index = 0; index < 1000; index++) registry.register({}, index);
      const fill = () => { const waste = []; for (let index = 0; index < 2e5; index++) waste.push({ index, text: 'x' + index }); };
      let waits = true;
      // Asked for in each turn of the test's: the realm has no timers of its own.
      Object.defineProperty(globalThis, 'waiting', { get: () => { if (waits) fill(); return waits; }, set: (value) => { waits = value; } });
      return 'done';`;
    expect(new Set((await guest(body)).split('\n'))).toEqual(new Set(['uncaught', 'done', 'thrown']));
  });

  it('patched prototypes receive no objects of the host', async () => {
    const body = `let calls = 0;
      const watch = (owner, name) => {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, name);
        if (typeof value !== 'function' || name === 'constructor') return;
        Object.defineProperty(owner, name, { ...rest, value(...given) {
          calls++;
          if (foreign(this) || given.some(foreign)) said[said.length] = 'leak in ' + String(name);
          return new.target ? Reflect.construct(value, given) : apply(value, this, given);
        } });
      };
      const apply = Reflect.apply;
      const typed = Object.getPrototypeOf(Uint8Array.prototype);
      for (const owner of [typed, Promise.prototype, Map.prototype, String.prototype])
        for (const name of Reflect.ownKeys(owner)) if (!Object.getOwnPropertyDescriptor(owner, name).get) watch(owner, name);
      for (const name of ['then', 'done', 'toJSON', '0', 'byteLength', 'length', 'buffer'])
        Object.defineProperty(Object.prototype, name, { configurable: true, get() { if (foreign(this)) said[said.length] = 'getter ' + name; },
          set(value) { if (foreign(value) || foreign(this)) said[said.length] = 'setter ' + name; Object.defineProperty(this, name, { value, configurable: true, writable: true, enumerable: true }); } });
      crypto.getRandomValues(new Uint8Array(8));
      performance.now();
      setTimeout(() => 'x'.trim(), 1);
      return calls > 0 ? 'watched' : 'idle';`;
    expect(await guest(body)).toBe('watched');
  });

  it('code from strings, modules and sloppy functions are not available', async () => {
    const body = `const out = [];
      for (const make of [Function, (async () => 0).constructor, function* () {}.constructor, eval]) {
        try { make('1'); out.push('made'); } catch (error) { out.push(error.name + foreign(error)); }
      }
      return out.join();`;
    expect(await guest(body)).toBe(Array(4).fill('EvalErrorfalse').join());
  });
});

describe('assuming that a guest has got objects of the host', () => {
  const HOST = `const out = []; const test = (name, act) => {
    try { out.push(name + ': ' + act()); } catch (error) { out.push(name + ': ' + error.name); } };`;

  it('its intrinsics can not be changed', async () => {
    const body = `(processObject) => { ${HOST}
      'use strict';
      const roots = [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error, Error.prototype,
        Map.prototype, Uint8Array.prototype, Object.getPrototypeOf(Uint8Array.prototype), Symbol, Reflect, JSON,
        Object.getPrototypeOf(async () => 0), Object.getPrototypeOf([][Symbol.iterator]()), WebAssembly.Module.prototype];
      test('open', () => roots.filter((root) => !Object.isFrozen(root)).length);
      test('getter', () => Reflect.defineProperty(Object.prototype, 'env', { get: () => 1 }));
      return out.join('; '); }`;
    expect(await attack(body, '--host')).toBe('open: 0; getter: false');
  });

  it('no constructor makes code, and process gives access to nothing', async () => {
    const body = `(processObject) => { ${HOST}
      test('Function', () => (() => 0).constructor('return 1')());
      test('AsyncFunction', () => (async () => 0).constructor('return 1'));
      for (const name of ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'kill', 'mainModule', 'env', 'exit', 'reallyExit', 'report', 'execPath', 'argv', 'cwd', 'permission', 'constructor'])
        test(name, () => name === 'constructor' ? typeof processObject.constructor.constructor : typeof processObject[name]);
      test('globals', () => ['process', 'require', 'Buffer', 'fetch', 'setTimeout', 'MessageChannel', 'queueMicrotask', 'Worker'].filter((name) => name in globalThis).length);
      return out.filter((line) => !/: (undefined|EvalError)$/.test(line)).join('; '); }`;
    expect(await attack(body, '--host')).toBe('constructor: function; globals: 0');
  });
});

describe('between sessions', () => {
  it('workers share no memory', async () => {
    const assets = new Assets();
    const tiny = [0, 97, 115, 109, 1, 0, 0, 0, 5, 6, 1, 1, 1, 128, 128, 4];
    assets.put('wasm', new Uint8Array(tiny));
    for (const name of ['worker', 'guest', 'stdlib'] as const) assets.put(name, new Uint8Array(8));
    const { start } = await prepareStartContext(assets, 64, {
      threads: new NodeThreads(),
      codec: new NodeCodec(),
    });
    const { wasm, ...rest } = start;
    expect(structuredClone(rest)).toEqual(rest);
    expect(rest.stdlib.buffer).toBeInstanceOf(ArrayBuffer);
    // Immutable: it has no memory before it is instantiated.
    expect(Object.prototype.toString.call(wasm)).toBe('[object WebAssembly.Module]');
  });
});
