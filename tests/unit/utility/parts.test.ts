/** The small parts of the sidecar, each by itself. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { capMemory } from '../../../src/utility/control/wasm-memory-cap.ts';
import { processChecks } from '../../../src/utility/control/process-checks.ts';
import { CrashReport } from '../../../src/utility/realm/pyodide-314/crash-report.ts';
import { Timers } from '../../../src/utility/realm/platform/timers.ts';
import { copyFromGuest, copyToGuest, guestByteLength } from '../../../src/utility/worker/host-intrinsics.ts';
import { MAX_SMALL_PIECES } from '../../../src/shared/protocol/interpreter.ts';
import { OutputBatcher } from '../../../src/utility/worker/output-batcher.ts';
import { makeRandom } from '../../support/random.ts';
import { utf8 } from '../sandbox/support.ts';

interface Memory {
  grow(pages: number): number;
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: { memory: Memory } };
  validate(bytes: Uint8Array): boolean;
};

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One memory, from 2 pages to 65536 (three bytes of LEB128), exported. */
const tiny = (): Uint8Array =>
  Uint8Array.from([...HEADER, 5, 6, 1, 1, 2, 0x80, 0x80, 4, 7, 10, 1, 6, ...utf8('memory'), 2, 0]);

describe('the memory cap', () => {
  it('stops growth for real', () => {
    const module = tiny();
    capMemory(module, 1);
    const { memory } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
    expect(memory.grow(14)).toBe(2);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it('is put into the real Pyodide, which stays valid', () => {
    const module = new Uint8Array(
      readFileSync(createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm')),
    );
    const before = module.slice();
    capMemory(module, 256);
    let changed = 0;
    for (let index = 0; index < module.length; index++) if (module[index] !== before[index]) changed++;
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThanOrEqual(5);
    expect(WebAssembly.validate(module)).toBe(true);
    expect(() => capMemory(before, 1)).toThrow('less than Python starts with');
  });

  it('never rises', () => {
    const module = tiny();
    capMemory(module, 1);
    capMemory(module, 4096);
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(module)).exports.memory.grow(15)).toThrow();
  });

  it.each([
    ['nothing', []],
    ['a header alone', HEADER],
    ['no maximum', [...HEADER, 5, 3, 1, 0, 2]],
    ['two memories', [...HEADER, 5, 7, 2, 1, 2, 3, 1, 2, 3]],
    ['a number without end', [...HEADER, 5, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a section that ends beyond the file', [...HEADER, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a memory cut short', [...HEADER, 5, 6, 1, 1, 2]],
  ])('refuses a damaged module: %s', (_what, module) => {
    expect(() => capMemory(Uint8Array.from(module), 64)).toThrow();
  });
});

describe('OutputBatcher', () => {
  const setUp = (capBytes = 1e6, pieceBytes = 100) => {
    const time = { now: 0 };
    const sent: Uint8Array[] = [];
    const batcher = new OutputBatcher({
      now: () => time.now,
      send: (piece) => sent.push(piece),
      pieceBytes,
      capBytes,
    });
    return { time, sent, batcher, text: () => Buffer.concat(sent).toString('latin1') };
  };

  it('lets a burst out at once, gathers a steady stream, and lets it out in time', () => {
    const { time, sent, batcher, text } = setUp();
    for (let count = 0; count < 32; count++) batcher.write(utf8('a'));
    expect(sent).toHaveLength(32);
    batcher.write(utf8('b'));
    expect(sent).toHaveLength(32);
    time.now = 2;
    batcher.write(utf8('c'));
    expect([sent.length, text().slice(32)]).toEqual([33, 'bc']);
    batcher.write(utf8('d'));
    batcher.flush();
    batcher.flush();
    expect([sent.length, text().slice(34)]).toEqual([34, 'd']);
  });

  it('sends no more small pieces than the stream has room for, however long the run', () => {
    const { time, sent, batcher, text } = setUp(1e6, 1e5);
    for (let count = 0; count < MAX_SMALL_PIECES + 10; count++) {
      batcher.write(utf8('x'));
      time.now += 2;
    }
    expect(sent).toHaveLength(MAX_SMALL_PIECES);
    batcher.flush();
    expect(text()).toHaveLength(MAX_SMALL_PIECES + 10);
  });

  it('cuts at the cap, and says so only then', () => {
    const { batcher, text } = setUp(5);
    batcher.write(utf8('12345'));
    expect([batcher.cut, batcher.room]).toEqual([false, 0]);
    batcher.write(utf8('6'));
    batcher.flush();
    expect([batcher.cut, text()]).toEqual([true, '12345']);
  });

  it('loses and reorders nothing, and keeps to the size of a piece', () => {
    const random = makeRandom(3);
    for (let round = 0; round < 200; round++) {
      const cap = Math.floor(random() * 3000);
      const { time, sent, batcher, text } = setUp(cap, 1 + Math.floor(random() * 60));
      let all = '';
      for (let step = 0; step < 80; step++) {
        const part = Buffer.from(
          Array.from({ length: Math.floor(random() * 90) }, () => Math.floor(random() * 256)),
        );
        all += part.toString('latin1');
        batcher.write(part);
        time.now += random() < 0.3 ? random() * 5 : 0;
        if (random() < 0.1) batcher.flush();
      }
      batcher.flush();
      expect(text()).toBe(all.slice(0, cap));
      expect(batcher.cut).toBe(all.length > cap);
      expect(sent.every((piece) => piece.length > 0 && piece.buffer.byteLength === piece.length)).toBe(true);
    }
  });
});

describe('timers', () => {
  it('fire once, not after clear, and never after their run', () => {
    const asked: [number, number][] = [];
    const log: unknown[] = [];
    const bridge = { setTimer: (id: number, delay: number) => void asked.push([id, delay]) };
    const timers = new Timers(bridge as unknown as ConstructorParameters<typeof Timers>[0]);
    const note = (...values: unknown[]): void => void log.push(values);
    const first = timers.set(note, 5, ['a', 1]);
    const second = timers.set(note, -1, []);
    timers.set(note, 2 ** 31, []);
    timers.set(note, 'x', []);
    expect(asked.map(([, delay]) => delay)).toEqual([5, 0, 0, 0]);
    timers.clear(second);
    timers.clear('nonsense');
    for (const id of [first, first, second, 99]) timers.fire(id);
    timers.clearAll();
    timers.fire(3);
    expect(log).toEqual([['a', 1]]);
  });
});

it('a crash report begins with the announcement, is bounded, and hides our own frames', () => {
  const report = new CrashReport();
  report.onConsoleError({ startsWith: () => true });
  report.onConsoleError('something else');
  expect(report.announced).toBe(false);
  report.onConsoleError('Pyodide has suffered a fatal error. Please …');
  expect(report.announced).toBe(true);
  report.write(utf8('Stack:\n  File "<vivarium>", line 3 in run\n  File "<run>", line 1 in f\n'));
  expect(report.text()).toBe('Stack:\n  File "<run>", line 1 in f\n');
  report.write(new Uint8Array(100_000));
  expect(report.text().length).toBeLessThanOrEqual(32_768);
});

describe('guest bytes', () => {
  const foreign = runInNewContext('Uint8Array.of(1, 2, 3)') as Uint8Array;
  class Liar extends Uint8Array {
    override get byteLength(): number {
      return 1e9;
    }
    override get [Symbol.toStringTag](): 'Uint8Array' {
      throw new Error('the guest ran');
    }
  }

  it('of any realm are copied, whatever they say of themselves', () => {
    expect(copyFromGuest(foreign, guestByteLength(foreign))).toEqual(Uint8Array.of(1, 2, 3));
    const liar = new Liar(2);
    expect(guestByteLength(liar)).toBe(2);
    expect(Object.getPrototypeOf(copyFromGuest(liar, 2))).toBe(Uint8Array.prototype);
    copyToGuest(foreign, Uint8Array.of(4, 5, 6));
    expect([...foreign]).toEqual([4, 5, 6]);
  });

  it.each([
    ['an array', [1]],
    ['an object that claims to be bytes', { [Symbol.toStringTag]: 'Uint8Array', byteLength: 3, length: 3 }],
    ['a proxy', new Proxy(new Uint8Array(3), {})],
    ['other views', new Uint16Array(2)],
    ['clamped bytes', new Uint8ClampedArray(2)],
    ['a buffer', new ArrayBuffer(2)],
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['an heir of bytes', Object.create(new Uint8Array(3)) as object],
  ])('are not %s', (_what, value) => {
    expect(guestByteLength(value)).toBe(-1);
    expect(() => copyToGuest(value, new Uint8Array(2))).toThrow('no memory');
  });

  it('may be detached or resized: what is copied is never out of bounds', () => {
    const detached = new Uint8Array(4);
    structuredClone(detached, { transfer: [detached.buffer] });
    expect(guestByteLength(detached)).toBe(0);
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: object,
    ) => ArrayBuffer & { resize(length: number): void };
    const buffer = new Resizable(8, { maxByteLength: 16 });
    const bytes = new Uint8Array(buffer);
    buffer.resize(2);
    expect(copyFromGuest(bytes, guestByteLength(bytes))).toHaveLength(2);
    expect(() => copyToGuest(bytes, new Uint8Array(8))).toThrow();
  });
});

it('the process checks find an inherited environment', () => {
  const holds = (environment: Record<string, string>): boolean | undefined =>
    processChecks(environment)[1]?.holds;
  expect(holds({ VIVARIUM_SIDECAR: '1', NODE_CHANNEL_FD: '3', SystemRoot: 'C:' })).toBe(true);
  expect(holds({ VIVARIUM_SIDECAR: '1', PATH: '/bin' })).toBe(false);
  expect(holds({ HOME: '/root' })).toBe(false);
  expect(processChecks({})[0]).toMatchObject({ name: 'process: no code from strings', holds: false });
});
