import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  copyFromGuest,
  copyToGuest,
  guestByteLength,
} from '../../../../src/utility/worker/host-intrinsics.ts';

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

  it('of any realm are copied, whatever their own properties say', () => {
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

  it('may be detached or resized, and are never copied out of bounds', () => {
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
