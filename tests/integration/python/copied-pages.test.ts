/** Code as it is copied from pages of chats, from messages and from books. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const FENCE_LIKE = 'x = 1\nx + 1';

describe('what stands around code is left out', () => {
  it.each([
    ['the title of a chat', `python\nCopy code\n${FENCE_LIKE}`],
    ['the title of a chat, with buttons', `Python\nCopy\nEdit\n${FENCE_LIKE}`],
    ['the title alone', `python\n${FENCE_LIKE}`],
    ['the title with ends of lines of Windows', `python\r\n\r\nCopy code\r\n${FENCE_LIKE}`],
    ['a button', `Copy code\n${FENCE_LIKE}`],
    ['a title in another language', `python\n\u590d\u5236\u4ee3\u7801\n${FENCE_LIKE}`],
    ['numbers with bars', '  1 | x = 1\n  2 | x + 1'],
    ['numbers with bars of boxes', '1 \u2502 x = 1\n2 \u2502 if x:\n3 \u2502     x += 1\n4 \u2502 x'],
    ['marks of a quotation', `> x = 1\n>\n> if x:\n>     x += 1\n> x`],
    ['entities', 'x = 1\nif x &lt; 2 and &quot;a&quot;:\n    x += 1\nx'],
    ['entities in a quotation', '> x = 1\n> if x &lt; 3 &#38;&#x20;2:\n>     x += 1\n> x'],
    ['a quotation in entities', '&gt; x = 1\n&gt; x &lt;&lt; 1'],
    ['entities in numbered lines', '1 | x = 1\n2 | if x &lt; 2:\n3 |     x += 1\n4 | x'],
    ['a numbered quotation', '1. > x = 1\n2. > x + 1'],
    ['blanks of pages as numbers', 'x = 1\nif x:\n&#160;&#xA0;&nbsp;&#160;x += 1\nx'],
    ['blanks of pages in a quotation', '>\u00a0x = 1\n> if x:\n> \u00a0\u00a0x += len("\u00a0")\n> x'],
    ['entities in numbers', 'x = 1\nx &#43; 1 if &#39;a&#x27; else x'],
    ['digits and letters of East Asian keyboards', 'x \uff1d \uff11\nx\uff0b\uff11'],
    ['signs of books', 'x = 2 \u00d7 3 \u00f7 3\nx if x \u2264 2 and x \u2260 3 else 0'],
    [
      "Python's greeting",
      'Python 3.11.4 (main, Jun  7 2023, 10:13:09) [GCC 12.2.0] on linux\nType "help", "copyright", "credits" or "license" for more information.\n>>> x = 1\n>>> x + 1\n2',
    ],
    [
      'the command and the greeting',
      'C:\\Users\\me> python\nPython 3.12.1 (tags/v3.12.1) [MSC v.1937 64 bit (AMD64)] on win32\n>>> x = 1\n>>> x + 1',
    ],
    [
      'the greeting of IPython',
      "Python 3.12.1 (main) [Clang 15.0.0]\nType 'copyright' for more information\nIPython 8.20.0 -- An enhanced Interactive Python. Type '?' for help.\n\nIn [1]: x = 1\n\nIn [2]: x + 1\nOut[2]: 2",
    ],
  ])('%s', async (_what, code) => {
    const { error, value } = await guest.run(code);
    expect([error, Number(value?.text)]).toEqual([null, 2]);
  });

  it('lines keep their numbers', async () => {
    const { error } = await guest.run('python\nCopy code\nx = 1\n1 / 0');
    expect(error).toMatchObject({ type: 'ZeroDivisionError', line: 4 });
  });
});

describe('code is no page', () => {
  it.each([
    ['a name alone is a name', 'python = 2\npython', 2],
    ['an entity in a string stays', 'len("&lt;")', 4],
    ['an entity in a string of a quotation stays', '> len("&lt;")', 4],
    ['a blank of a page in a string of a quotation stays', '> ord("\u00a0")', 160],
    ['a title that is followed by nothing is a name', 'py = 2\nif 1: pass\npy\n\n', 2],
    ['a sign of books in a string stays', 'len("\u00d7\u2264")', 2],
  ])('%s', async (_what, code, value) => {
    expect((await guest.run(code)).value?.json).toBe(value);
  });

  it.each(['x = 1 &lt; 2 &amp;&amp; 3', '> x = (', '1 | x = 1\n3 | x', 'Python\n'])(
    'what is no Python even then is told as it was written: %j',
    async (code) => {
      const { error } = await guest.run(code);
      expect(error?.type).toMatch(/^(?:SyntaxError|NameError)$/u);
    },
  );

  it('an entity of half a character is no end of the interpreter', async () => {
    expect((await guest.run('x = &#xD800; &#0; &#10;')).error?.type).toBe('SyntaxError');
    expect((await guest.run('7')).value?.json).toBe(7);
  });

  it('is found in linear time', async () => {
    const began = performance.now();
    await guest.run(`python\n${' \n'.repeat(200_000)}(`);
    await guest.run(`python\n${' '.repeat(400_000)}(`);
    await guest.run(`(${'&'.repeat(400_000)}`);
    await guest.run(`1 | > &amp;(\n${'2 | > &amp;\n'.repeat(100_000)}`);
    await guest.run('> &amp;\u00a0(\n'.repeat(100_000));
    await guest.run(`Python 3.1 ${'['.repeat(400_000)}\n(`);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
