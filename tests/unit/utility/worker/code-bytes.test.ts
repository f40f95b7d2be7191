import { expect, it } from 'vitest';
import { bytesOfCode } from '../../../../src/utility/worker/code-bytes.ts';
import { utf8 } from '../../sandbox/support.ts';

it.each(['', 'print(1)', 'é😀\u{10ffff}', '\ufeff1'])('%j is UTF-8', (code) => {
  expect([...bytesOfCode(code, utf8)]).toEqual([...utf8(code)]);
});

it.each([
  ['\ud800', [0xed, 0xa0, 0x80]],
  ['a\udfffb', [0x61, 0xed, 0xbf, 0xbf, 0x62]],
  ['\udc00\ud800', [0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80]],
  ['\ud83d😀\ude00', [0xed, 0xa0, 0xbd, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xb8, 0x80]],
])('%j keeps its lone surrogates', (code, bytes) => {
  expect([...bytesOfCode(code, utf8)]).toEqual(bytes);
});
