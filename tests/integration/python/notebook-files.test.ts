/** The text of a notebook's file, given as code. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const code = (source: string | string[]): object => ({
  cell_type: 'code',
  metadata: {},
  outputs: [],
  source,
});

const notebook = (cells: object[], metadata: object = {}): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }, null, 1);

describe('the cells of a notebook', () => {
  it('are run one after the other; the value of each is shown, that of the last is the code’s', async () => {
    const text = notebook([
      { cell_type: 'markdown', metadata: {}, source: ['# 1 / 0'] },
      code(['x = 20\n', 'x + 1']),
      code('x + 2;'),
      code('None'),
      code(''),
      code('print(x)'),
      code('x + 3'),
    ]);
    const { error, value } = await guest.run(text);
    expect([error, value?.json, guest.takeStdout()]).toEqual([null, 23, '20\n']);
    expect(guest.takeShown()).toMatchObject([{ mime: [['text/plain', '21']] }]);
  });

  it('have their own magics', async () => {
    const text = notebook([
      code('%matplotlib inline\nimport math'),
      code('%%time\ntotal = math.sqrt(16)'),
      code('# where\n%%writefile told.txt\nin a file'),
      code('open("told.txt").read()'),
    ]);
    const { error, value } = await guest.run(text);
    expect([error, value?.json]).toEqual([null, 'in a file\n']);
    expect(guest.takeStdout()).toMatch(/^Wall time: .+\nWriting told\.txt\n$/u);
  });

  it('await, also one by one', async () => {
    const { value } = await guest.run(
      notebook([code('import asyncio\nawait asyncio.sleep(0, 1)'), code('await asyncio.sleep(0, 2)')]),
    );
    expect(value?.json).toBe(2);
  });

  it('tell of errors with their own lines', async () => {
    const { error } = await guest.run(notebook([code('a = 1'), code('b = 0\na / b')]));
    expect(error).toMatchObject({ type: 'ZeroDivisionError', line: 5 });
    expect(error?.traceback).toContain('    a / b\n');
    expect((await guest.run(notebook([code('a = 1'), code('%%bash\nls')]))).error).toMatchObject({
      message: expect.stringContaining('magic %%bash in line 4') as unknown,
      line: 4,
    });
  });

  it('are found in the format before the one of today', async () => {
    const text = JSON.stringify({
      metadata: { name: '' },
      nbformat: 3,
      worksheets: [{ cells: [{ cell_type: 'code', input: '4 + 1', language: 'python', outputs: [] }] }],
    });
    expect((await guest.run(text)).value?.json).toBe(5);
  });

  it.each([
    ['R', { kernelspec: { name: 'ir', language: 'R' } }],
    ['julia', { language_info: { name: 'julia' } }],
  ])('of another language are refused: %s', async (language, metadata) => {
    expect((await guest.run(notebook([code('x <- 1')], metadata))).error).toMatchObject({
      type: 'SyntaxError',
      message: expect.stringContaining(
        `this is a notebook in ${language}, and only Python runs here`,
      ) as unknown,
    });
  });

  it.each([
    ['a dictionary', '{"cells": [1], "nbformat_minor": 2}', { cells: [1], nbformat_minor: 2 }],
    ['broken JSON', '{"cells": [1,], "nbformat": 4}', { cells: [1], nbformat: 4 }],
  ])('are not looked for in what is none: %s', async (_what, text, value) => {
    expect((await guest.run(text)).value?.json).toEqual(value);
  });
});
