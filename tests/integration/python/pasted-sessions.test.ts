/** What is copied out of an interactive session: the code is run, all of it, or none. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const runs = async (code: string, stdout: string, value: unknown): Promise<void> => {
  const outcome = await guest.run(code);
  expect(outcome.error).toBeNull();
  expect([guest.takeStdout(), outcome.value?.json]).toEqual([stdout, value]);
};

describe('the prompts of an interactive session', () => {
  it.each<[string, string, string, unknown]>([
    ['that are Python, too', 'In [1]: n = 3\nIn [2]: n', '', 3],
    ['with answers', 'In [1]: n = 4\n\nIn [2]: n\nOut[2]: 4', '', 4],
    [
      'with lines that go on',
      'In [1]: n = 5\n\nIn [2]: for i in range(2):\n   ...:     n += i\n   ...:\nIn [3]: n',
      '',
      6,
    ],
    ['below a comment', '# mine\n\nIn [1]: n = 7\nIn [2]: n', '', 7],
    ['with a string that has some', ">>> s = '''a\n... >>> b'''\n>>> s", '', 'a\n>>> b'],
    ['with a line that lost its own', '>>> def f():\n    return 8\n\n>>> f()\n8', '', 8],
    ['with a list over lines that have none', '>>> x = [\n1, 2]\n>>> x\n[1, 2]', '', [1, 2]],
    ['with tabs', '>>> if 1:\n...\tprint(1)\n... else:\n...\tprint(2)\n...\n1', '1\n', undefined],
    [
      'with what looks like code where objects are shown',
      '>>> from datetime import date\n>>> date(2024, 1, 2).replace(day=3)\ndatetime.date(2024, 1, 3)\n>>> print("x = 3")\nx = 3\n>>> print("Name: A")\nName: A',
      'datetime.date(2024, 1, 3)\nx = 3\nName: A\n',
      undefined,
    ],
    [
      'with an error that was shown',
      '>>> x = 1\nTraceback (most recent call last):\n  File "<stdin>", line 1, in <module>\n    print(y)\nNameError: name \'y\' is not defined\n>>> 9',
      '',
      9,
    ],
    ['with output that is nested deeply', `>>> print(1)\n${'['.repeat(5000)}\n>>> 6\n6`, '1\n', 6],
    ['in the answer of a chat', 'Try:\n```python\n>>> x = 5\n>>> x\n5\n```\nDone\n', '', 5],
    ['several statements in a line', '>>> 1; 2\n1\n2\n>>> 3\n3', '1\n2\n', 3],
  ])('are taken off: %s', async (_what, code, stdout, value) => {
    await runs(code, stdout, value);
  });
});

describe('the prompts of a notebook', () => {
  it.each<[string, string, string, unknown]>([
    ['alone in their lines', 'In [1]:\nimport math\nprint(math.floor(3.5))\n', '3\n', undefined],
    [
      'alone, with answers',
      'In [1]:\n\nx = 2\nx\n\nOut[1]:\n\n2\n\nIn [2]:\n\nx\nx + 1\n\nOut[2]:\n\n3',
      '2\n',
      3,
    ],
    ['as web pages have them', 'In\u00a0[1]:\nx = 4\nIn\u00a0[2]:\nx\nOut[2]:\n4', '', 4],
    ['of cells that were not run', 'In [ ]:\nx = 5\nIn [*]:\nx', '', 5],
    ['before the first of several lines', 'In [1]: x = 3\nx += 1\nprint(x)\n', '4\n', undefined],
    ['before an import and more', 'In [1]: import math\nprint(math.floor(6.5))', '6\n', undefined],
    ['before lines that stand below the first', 'In [1]: x = 6\n        x += 1\nIn [2]: x', '', 7],
    ['before a block', 'In [1]: for i in range(2):\n    print(i)\n', '0\n1\n', undefined],
    ['before a comment and code', 'In [1]: # why?\nx = 8\nx', '', 8],
    ['before a magic and code', 'In [1]: %matplotlib inline\nx = 9\nIn [2]: x', '', 9],
    ['before a body of dots', 'In [1]:\ndef f():\n    ...\nprint(f())', 'None\n', undefined],
  ])('are taken off, and no code with them: %s', async (_what, code, stdout, value) => {
    await runs(code, stdout, value);
  });

  it.each([
    ['a name of its own', 'In = {}\nIn[1]: int = 7\nIn[1]', 7],
    ['a class', 'class In:\n    def __class_getitem__(cls, n): return n\nIn[1]: int\nIn[1]', 1],
    ['an import', 'import operator as In\nIn[1]: int\nIn.__name__', 'operator'],
  ])('are none in code with that name: %s', async (_what, code, value) => {
    await runs(code, '', value);
  });

  it.each([
    ['below other code', 'x = 1\nIn [1]: y = 2'],
    ['with code below an answer', 'In [1]: x = 1\nIn [2]: x\nOut[2]: 1\n\nprint(x)\n'],
  ])('stay where code would be lost, and are Python: %s', async (_what, code) => {
    await guest.run('globals().pop("In", None)');
    expect((await guest.run(code)).error).toMatchObject({ type: 'NameError' });
    expect(guest.takeStdout()).toBe('');
  });
});

describe('what may be code between prompts', () => {
  it.each([
    ['code before the first', 'x = 1\nprint(x)\n>>> y = 2\n>>> print(y)\n2\n', 3],
    ['a function before the first', 'def area(r):\n    return r * r\n\n>>> area(2)\n4\n', 4],
    [
      'a docstring that is cut by one',
      'def f():\n    """One."""\n    >>> f()\n    """Two."""\n    return 1\nprint(f())',
      3,
    ],
    ['code after an assignment', '>>> x = 3\nx += 1\nprint(x)', 1],
    ['an import after output', ">>> print('a')\na\nimport os\n", 1],
    ['a call on what was made', '>>> print\n>>> x = dict()\nx.update(a=1)\n', 1],
    ['an assignment over lines', ">>> print('a')\na\nx = [\n 1,\n]\n", 1],
    ['an assignment of a call', ">>> print('a')\nx = len('a')\n", 1],
    [
      'a line that goes on after an empty one',
      '>>> for i in "a":\n...     print(i)\n\n...     print(2)\n',
      1,
    ],
    ['nothing else', 'In [1]:\n\nIn [2]:\n', 1],
    ['an unfinished line of a cell', 'In [1]: x = 3\nx += 1\nprint(x\n', 3],
  ])('is not left out: %s', async (_what, code, line) => {
    const { error } = await guest.run(code);
    expect(error).toMatchObject({ line });
    expect(error?.type).toMatch(/^(?:Syntax|Indentation)Error$/u);
    expect(guest.takeStdout()).toBe('');
  });

  it.each([
    ['results', `>>> f(x)\n${'P(1)\n'.repeat(39_000)}a b`],
    ['prompts', '>>> x(1)\n1\n'.repeat(18_000)],
    ['blanks', `>>> ${' '.repeat(180_000)}a b`],
    ['prose that begins like a greeting', `${'Python 3.12 was released.  \n'.repeat(40)}x = 1`],
    ['more than is looked at', '>>> x(1)\n1\n'.repeat(200_000)],
  ])('is told in bounded time: %s', async (_what, code) => {
    const began = performance.now();
    expect((await guest.run(code)).error).not.toBeNull();
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
