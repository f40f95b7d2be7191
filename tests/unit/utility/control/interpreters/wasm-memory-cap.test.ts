import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { capMemory } from '../../../../../src/utility/control/interpreters/wasm-memory-cap.ts';
import { utf8 } from '../../../sandbox/support.ts';

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
