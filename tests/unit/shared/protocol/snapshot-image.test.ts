import { describe, expect, it } from 'vitest';
import { joinBytes } from '../../../../src/shared/bytes.ts';
import {
  decodeImage,
  encodeImage,
  PAGE_BYTES,
  type SnapshotImage,
} from '../../../../src/shared/protocol/snapshot-image.ts';
import {
  collectImage,
  fillGuestMemory,
  type TakenParts,
} from '../../../../src/utility/worker/snapshot-memory.ts';

const PAGES = 40;

const memoryWith = (entries: Readonly<Record<number, number>>): Uint8Array => {
  const memory = new Uint8Array(PAGES * PAGE_BYTES);
  for (const [index, value] of Object.entries(entries)) memory[Number(index)] = value;
  return memory;
};

const untouched = (): Uint8Array => memoryWith({ 0: 1, 5: 2, [3 * PAGE_BYTES]: 9, [30 * PAGE_BYTES]: 3 });
/** Page 3 is emptied; pages 7, 8 and the last one are written to. */
const later = (): Uint8Array =>
  memoryWith({
    0: 1,
    5: 2,
    [30 * PAGE_BYTES]: 3,
    [8 * PAGE_BYTES - 1]: 4,
    [8 * PAGE_BYTES]: 5,
    [PAGES * PAGE_BYTES - 1]: 6,
  });
const HEADER = Uint8Array.of(1, 2, 3);

const collect = (parts: Partial<TakenParts>): SnapshotImage =>
  collectImage({ header: HEADER, memory: later(), untouched: untouched(), extension: '', ...parts }, (text) =>
    new TextEncoder().encode(text),
  );

const image = (): Uint8Array => encodeImage(collect({ memory: later() }));

describe('a snapshot image', () => {
  it('holds the differing pages, emptied ones too, and turns a new memory into the old one', () => {
    const decoded = decodeImage(image());
    expect([...decoded.runs]).toEqual([3, 1, 7, 2, PAGES - 1, 1]);
    expect(decoded.header).toEqual(HEADER);
    const memory = untouched();
    fillGuestMemory(memory, decoded);
    expect(memory).toEqual(later());
  });

  it('fits a memory of its own size only', () => {
    expect(() => fillGuestMemory(new Uint8Array(PAGE_BYTES), decodeImage(image()))).toThrow('another size');
    expect(() => fillGuestMemory({ length: PAGES * PAGE_BYTES }, decodeImage(image()))).toThrow();
  });

  it('is not taken of a memory that grew, nor of anything else than a memory', () => {
    const memory = later();
    expect(() => collect({ extension: 1 })).toThrow();
    expect(() => collect({ memory, untouched: new Uint8Array(PAGE_BYTES) })).toThrow();
    expect(() => collect({ header: 'x' })).toThrow();
    expect(() => collect({ memory: {} })).toThrow();
  });

  it('with packages may be of a memory that grew, and holds what they need', () => {
    const grown = new Uint8Array((PAGES + 3) * PAGE_BYTES);
    grown.set(later());
    grown[(PAGES + 1) * PAGE_BYTES] = 7;
    const decoded = decodeImage(encodeImage(collect({ memory: grown, extension: '{"é":1}' })));
    expect(new TextDecoder().decode(decoded.extension)).toBe('{"é":1}');
    expect([...decoded.runs]).toEqual([3, 1, 7, 2, PAGES - 1, 1, PAGES + 1, 1]);
    const memory = new Uint8Array(grown.length);
    memory.set(untouched());
    fillGuestMemory(memory, decoded);
    expect(memory).toEqual(grown);
  });

  it('is refused when it is damaged, wherever', () => {
    const whole = image();
    const words = (change: (view: DataView) => void): Uint8Array => {
      const copy = whole.slice();
      change(new DataView(copy.buffer));
      return copy;
    };
    const bad: Uint8Array[] = [
      new Uint8Array(0),
      whole.subarray(0, 20),
      whole.subarray(0, whole.length - 1),
      joinBytes([whole, new Uint8Array(1)]),
      // Magic, format, memory, runs, lengths; the second run begins within the first one; it leaves the memory.
      ...[0, 1, 2, 3, 4, 5, 6].map((index) => words((view) => view.setUint32(4 * index, 0xffffffff, true))),
      words((view) => view.setUint32(4 * 9, 3, true)),
      words((view) => view.setUint32(4 * 11, PAGES, true)),
    ];
    for (const bytes of bad) expect(() => decodeImage(bytes)).toThrow(/damaged|another format/u);
  });
});
