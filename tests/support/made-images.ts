/** Images as far as their heads go. */
import { Buffer } from 'node:buffer';

export const uint16 = (value: number): number[] => [value >> 8, value & 0xff];
const uint32 = (value: number): number[] => [...uint16(value >>> 16), ...uint16(value & 0xffff)];
export const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
export const bytes = (...parts: readonly (readonly number[])[]): Uint8Array => new Uint8Array(parts.flat());

export const chunk = (type: string, data: readonly number[]): number[] => [
  ...uint32(data.length),
  ...ascii(type),
  ...data,
  ...uint32(0),
];
export const png = (width: number, height: number, ...chunks: readonly number[][]): Uint8Array =>
  bytes(
    [0x89, ...ascii('PNG\r\n\u001a\n')],
    chunk('IHDR', [...uint32(width), ...uint32(height), 8, 6, 0, 0, 0]),
    ...chunks,
  );

export const frameHeader = (marker: number, width: number, height: number): number[] => [
  ...[0xff, marker],
  ...uint16(11),
  8,
  ...uint16(height),
  ...uint16(width),
  ...[1, 1, 0x11, 0],
];
export const scan = (...data: readonly number[]): number[] => [
  0xff,
  0xda,
  ...uint16(8),
  1,
  1,
  0,
  0,
  63,
  0,
  ...data,
];
export const jpeg = (...parts: readonly number[][]): Uint8Array =>
  bytes([0xff, 0xd8], [0xff, 0xe0, ...uint16(4), 1, 2], ...parts, [0xff, 0xd9]);

export const gif = (width: number, height: number, ...parts: readonly number[][]): Uint8Array =>
  bytes(
    ascii('GIF89a'),
    [width & 0xff, width >> 8, height & 0xff, height >> 8, 0x80, 0, 0],
    [0, 0, 0, 255, 255, 255],
    ...parts,
  );
export const gifImage = (width: number, height: number): number[] => [
  ...[0x2c, 0, 0, 0, 0],
  ...[width & 0xff, width >> 8, height & 0xff, height >> 8, 0],
];

export const webp = (kind: string, data: readonly number[]): Uint8Array =>
  bytes(ascii('RIFF'), uint32(0), ascii('WEBP'), ascii(kind), uint32(0), data, new Array<number>(16).fill(0));
