import { describe, expect, it } from 'vitest';
import { TerminalFilter } from '../../../../src/main/cli/terminal/terminal-filter.ts';

const ESC = '\u001b';

function filtered(chunks: Iterable<Uint8Array>): string {
  const filter = new TerminalFilter();
  let text = '';
  for (const chunk of chunks) text += filter.push(chunk);
  return text + filter.end();
}

const CASES: [string, string][] = [
  ['plain é 🐍\r\n\tx', 'plain é 🐍\r\n\tx'],
  [`${ESC}[31mred${ESC}[0m`, `${ESC}[31mred${ESC}[0m`],
  [`${ESC}[38;2;1;2;3mx${ESC}[m`, `${ESC}[38;2;1;2;3mx${ESC}[m`],
  [`${ESC}[4:3mx`, `${ESC}[4:3mx${ESC}[0m`],
  [`${ESC}]0;title\u0007x`, '␛]0;title␇x'],
  [`${ESC}]52;c;eA==${ESC}\\x`, '␛]52;c;eA==␛\\x'],
  [`${ESC}[2J${ESC}[H${ESC}[6n`, '␛[2J␛[H␛[6n'],
  [`${ESC}[>4;2m${ESC}[?1m`, '␛[>4;2m␛[?1m'],
  [`${ESC}[31${ESC}[2J`, '␛[31␛[2J'],
  [`${ESC}${ESC}[1mx${ESC}[0m`, `␛${ESC}[1mx${ESC}[0m`],
  [`${ESC}P+q${ESC}\\${ESC}c`, '␛P+q␛\\␛c'],
  ['\u009b2J\u009d0;t\u009c', '\ufffd2J\ufffd0;t\ufffd'],
  ['a\u0000\u0007\b\u000b\u000c\u000e\u007f', 'a␀␇␈␋␌␎␡'],
  [`end${ESC}`, 'end␛'],
  [`end${ESC}[3`, 'end␛[3'],
  [`${ESC}[${'1;'.repeat(40)}m`, `␛[${'1;'.repeat(40)}m`],
  ['\ufeffbom', '\ufeffbom'],
];

describe('TerminalFilter', () => {
  it.each(CASES)('%j', (input, expected) => {
    const bytes = new TextEncoder().encode(input);
    expect(filtered([bytes])).toBe(expected);
    // Cut anywhere, the outcome is the same.
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(filtered([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(expected);
    }
    expect(filtered(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(expected);
  });

  it('shows bytes that are not UTF-8 as replacement characters', () => {
    expect(filtered([Uint8Array.of(0x9b, 0x41), Uint8Array.of(0xe2, 0x82)])).toBe('\ufffdA\ufffd');
  });

  it('holds back no more than the beginning of a colour sequence', () => {
    const filter = new TerminalFilter();
    expect(filter.push(new TextEncoder().encode(`a${ESC}[`))).toBe('a');
    expect(filter.push(new TextEncoder().encode('1'.repeat(100)))).toBe(`␛[${'1'.repeat(100)}`);
  });
});
