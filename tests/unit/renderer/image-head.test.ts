import { describe, expect, it } from 'vitest';
import { isShowable, readImageHead, readImageSize, type ImageHead } from '../../../src/shared/image-head.ts';
import {
  uint16,
  ascii,
  bytes,
  chunk,
  png,
  frameHeader,
  scan,
  jpeg,
  gif,
  gifImage,
  webp,
} from '../../support/made-images.ts';
import { pictureOf } from '../../../src/renderer/console/model/picture.ts';

const still = { moves: false, passes: 1 };

describe('the head of', () => {
  it.each<[name: string, Uint8Array, ImageHead | null]>([
    ['a PNG', png(640, 480, chunk('IDAT', [])), { type: 'image/png', width: 640, height: 480, ...still }],
    [
      'an animated PNG',
      png(9, 8, chunk('tEXt', [1]), chunk('acTL', new Array<number>(8).fill(0)), chunk('IDAT', [])),
      { type: 'image/png', width: 9, height: 8, moves: true, passes: 1 },
    ],
    ['a PNG whose ends of lines were changed', png(9, 8).with(4, 10), null],
    ['a PNG that is cut off', png(9, 8).subarray(0, 30), null],
    [
      'a JPEG',
      jpeg(frameHeader(0xc0, 300, 200), scan(1, 0xff, 0, 0xff, 0xd0, 2)),
      { type: 'image/jpeg', width: 300, height: 200, ...still },
    ],
    [
      'a progressive JPEG',
      jpeg([0xff, 0xc4, ...uint16(2)], frameHeader(0xc2, 30, 20), scan(1), scan(2), scan(3)),
      { type: 'image/jpeg', width: 30, height: 20, moves: false, passes: 3 },
    ],
    ['a JPEG without a frame', jpeg(scan(1)), null],
    [
      'a GIF',
      gif(20, 10, gifImage(20, 10)),
      { type: 'image/gif', width: 20, height: 10, moves: true, passes: 1 },
    ],
    [
      'a GIF whose first image is larger than it says',
      gif(1, 1, [0x21, 0xf9, 2, 7, 7, 0], gifImage(5000, 4000)),
      { type: 'image/gif', width: 5000, height: 4000, moves: true, passes: 1 },
    ],
    [
      'a lossy WebP',
      webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]),
      { type: 'image/webp', width: 320, height: 240, ...still },
    ],
    [
      'a lossless WebP',
      webp('VP8L', [0x2f, 0x3f, 0xc1, 0x3b, 0x00]),
      { type: 'image/webp', width: 320, height: 240, ...still },
    ],
    [
      'an animated WebP',
      webp('VP8X', [0b10, 0, 0, 0, 0xff, 0xff, 0xff, 0x63, 0, 0]),
      { type: 'image/webp', width: 0x100_0000, height: 100, moves: true, passes: 1 },
    ],
    ['an SVG', bytes(ascii('<svg width="1" height="1"/>')), null],
    ['a bitmap', bytes(ascii('BM'), new Array<number>(60).fill(1)), null],
    ['nothing', new Uint8Array(), null],
  ])('%s', (_name, file, head) => {
    expect(readImageHead(file)).toEqual(head);
  });

  const MANY = 10_001;
  const frame = frameHeader(0xc0, 30, 20);
  // Segments without content.
  const segments = (count: number): number[] =>
    Array.from({ length: count }, () => [0xff, 0xe2, ...uint16(2)]).flat();
  const extension = (blocks: number): number[] => [
    0x21,
    0xff,
    ...Array.from({ length: blocks }, () => [1, 0x61]).flat(),
    0,
  ];

  it.each([
    ['a PNG of chunks alone', png(30, 20, ...Array.from({ length: MANY }, () => chunk('tEXt', []))), true],
    ['a JPEG whose frame comes late', jpeg(segments(MANY), frame, scan(1)), false],
    ['a JPEG with bytes without meaning', jpeg(new Array<number>(MANY).fill(1), frame, scan(1)), false],
    ['a JPEG with too much after its frame', jpeg(frame, scan(1), segments(MANY)), true],
    ['a GIF with a long extension', gif(30, 20, extension(MANY), gifImage(30, 20)), false],
    [
      'a GIF with many',
      gif(30, 20, Array.from({ length: MANY }, () => [0x21, 0xfe, 0]).flat(), gifImage(30, 20)),
      false,
    ],
  ])('%s is not known: it is not looked for without end', (_name, file, hasSize) => {
    expect(readImageHead(file)).toBeNull();
    const size = readImageSize(file);
    expect(size === null ? null : [size.width, size.height]).toEqual(hasSize ? [30, 20] : null);
  });

  it.each<[string, Uint8Array, Partial<ImageHead>]>([
    [
      'an animated PNG with a thousand texts',
      png(
        30,
        20,
        ...Array.from({ length: 1000 }, () => chunk('tEXt', [1])),
        chunk('acTL', [0]),
        chunk('IDAT', []),
      ),
      { moves: true },
    ],
    ['a JPEG with a profile and notes', jpeg(segments(2000), frame, scan(1), scan(1)), { passes: 2 }],
    // Stuffed zeros and restarts are in the image itself.
    [
      'a long JPEG',
      jpeg(frame, scan(...new Array<number[]>(9000).fill([0xff, 0, 1, 0xff, 0xd0]).flat())),
      {},
    ],
    [
      'a GIF with a text of some hundred KiB',
      gif(30, 20, extension(5000), gifImage(30, 20)),
      { moves: true },
    ],
  ])('%s is known', (_name, file, changes) => {
    const { type } = readImageSize(file) ?? {};
    expect(readImageHead(file)).toEqual({ type, width: 30, height: 20, ...still, ...changes });
  });

  it('is read from made-up files without an exception', () => {
    const heads = [png(1, 1), jpeg(frameHeader(0xc0, 1, 1)), gif(1, 1, gifImage(1, 1)), webp('VP8X', [])];
    for (const head of heads) {
      for (let length = 0; length <= head.length; length += 1) {
        for (const filler of [0, 0x21, 0xff]) {
          const file = new Uint8Array(head.length + 40).fill(filler);
          file.set(head.subarray(0, length));
          expect(() => readImageHead(file.subarray(0, length + 40))).not.toThrow();
        }
      }
    }
  });
});

describe('an image', () => {
  const of = (head: Partial<ImageHead>): boolean =>
    isShowable({ type: 'image/png', width: 10, height: 10, ...still, ...head });

  it('is shown when its decoded size is within bounds', () => {
    expect(of({ width: 8192, height: 8192 })).toBe(true);
    expect(of({ width: 8193, height: 8192 })).toBe(false);
    expect(of({ width: 32_000, height: 32_000 })).toBe(false);
    expect(of({ width: 2048, height: 2048, moves: true })).toBe(true);
    expect(of({ width: 2049, height: 2048, moves: true })).toBe(false);
    expect(of({ width: 8000, height: 8000, passes: 10 })).toBe(true);
    expect(of({ width: 8000, height: 8000, passes: 400 })).toBe(false);
  });

  it('has the type that its bytes say, not the one it is given', () => {
    expect(pictureOf('image/png', gif(1, 1, gifImage(1, 1)))).toEqual({ kind: 'image', type: 'image/gif' });
    expect(pictureOf('image/png', bytes(ascii('<svg/>')))).toEqual({ kind: 'unreadable' });
    expect(pictureOf('image/gif', png(23_000, 23_000))).toEqual({
      kind: 'too-large',
      width: 23_000,
      height: 23_000,
    });
    expect(pictureOf('image/svg+xml', bytes(ascii('<svg/>')))).toEqual({ kind: 'drawing', svg: '<svg/>' });
  });
});
