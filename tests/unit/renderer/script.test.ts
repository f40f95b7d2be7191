/** Scripts are cut at `# %%`, and written back with nothing changed but what was changed here. */
import { shallowReactive } from 'vue';
import { describe, expect, it } from 'vitest';
import {
  fillSession,
  readDocument,
  writeDocument,
} from '../../../src/renderer/console/documents/document-content.ts';
import { changeKind, moveCell } from '../../../src/renderer/console/model/cell-edits.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

const open = (content: string | Uint8Array): Session => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const reading = readDocument('py', bytes);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const session = shallowReactive(new Session('s1-x', 1));
  fillSession(session, { id: null, name: 'a.py', version: null }, 'py', reading);
  return session;
};

const writtenBytes = (session: Session): Uint8Array => {
  const result = writeDocument(session, 'py');
  if (result.kind !== 'bytes') throw new Error('it can not be written');
  return result.bytes;
};
const written = (session: Session): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(writtenBytes(session));
const sources = (session: Session): string[] => session.cells.map(({ source }) => source);
const edit = (session: Session, index: number, source: string): void => {
  const cell = session.cells[index];
  if (cell === undefined) throw new Error('no such cell');
  cell.source = source;
};

describe('cells', () => {
  it('begin at the marks; a plain script is one', () => {
    expect(sources(open('import os\n\nprint(1)\n'))).toEqual(['import os\n\nprint(1)']);
    expect(sources(open('a = 1\n\n# %% second\nb = 2\n#%%\nc = 3\n# %%% no mark\n'))).toEqual([
      'a = 1',
      'b = 2',
      'c = 3\n# %%% no mark',
    ]);
    expect(sources(open('\n# %%\nx\n'))).toEqual(['x']);
    expect(sources(open(''))).toEqual(['']);
  });

  it('of Markdown are shown without their number signs', () => {
    const text = '# %% [markdown]\n# # Title\n#\n# text\n\n# %%\nx\n';
    const session = open(text);
    expect(session.cells.map(({ kind }) => kind)).toEqual(['markdown', 'code']);
    expect(sources(session)).toEqual(['# Title\n\ntext', 'x']);
    expect(written(session)).toBe(text);
    edit(session, 0, 'Other\n\nmore');
    expect(written(session)).toBe('# %% [markdown]\n# Other\n#\n# more\n\n# %%\nx\n');
  });
});

describe('a script that was not changed', () => {
  it.each([
    ['without a last line break', 'x = 1'],
    ['with several', 'x = 1\n\n\n'],
    ['with Windows line breaks', 'x = 1\r\n# %%\r\ny\r\n'],
    ['with mixed line breaks', 'x\r\ny\nz\rw\n# %%\r\nv\n'],
    ['with a byte order mark', '\uFEFFx = "é"\n'],
    ['that ends with a mark', 'x\n# %%'],
    ['with a shebang and marks', '#!/usr/bin/env python\n# coding: utf-8\n\n# %% one\n\n\nx\n\n# %% two\n'],
    ['that is empty', ''],
    ['of line breaks', '\n\n'],
    ['with odd characters', 'x = "\u2028\f\v\u0000"\n\f\ny\n'],
  ])('%s is written back byte for byte', (_what, text) => {
    const session = open(text);
    expect(written(session)).toBe(text);
    expect(session.hasChanges).toBe(false);
    session.addCell();
    expect(written(session)).toBe(text);
  });
});

describe('a script that was changed', () => {
  it('keeps its line breaks, and what it ended with', () => {
    const session = open('a\r\nb\r\n# %%\r\nc\r\n');
    edit(session, 0, 'a\nnew\nb');
    expect(written(session)).toBe('a\r\nnew\r\nb\r\n# %%\r\nc\r\n');
    const open1 = open('a');
    edit(open1, 0, 'b');
    expect(written(open1)).toBe('b');
    const fresh = open('');
    edit(fresh, 0, 'b');
    expect(written(fresh)).toBe('b\n');
  });

  it('has a mark before each further cell', () => {
    const session = open('a = 1\n');
    session.addCell('b = 2').kind = 'code';
    session.addCell('c = 3');
    expect(written(session)).toBe('a = 1\n\n# %%\nb = 2\n\n# %%\nc = 3\n');
    const [first] = session.cells;
    if (first !== undefined) moveCell(session, first, 2);
    const text = written(session);
    expect(sources(open(text))).toEqual(['b = 2', 'c = 3', 'a = 1']);
  });

  it('has comments where code was made text, and code again', () => {
    const session = open('a\n\n# %% t\nb\n');
    const second = session.cells[1] ?? session.addCell();
    changeKind(second, 'markdown');
    expect(written(session)).toBe('a\n\n# %% [markdown] t\n# b\n');
    changeKind(second, 'code');
    expect(written(session)).toBe('a\n\n# %% t\nb\n');
  });

  it.each([
    ['# %% Load data\nx\n', '# %% [markdown] Load data\n# x\n'],
    ['#%% [md] Load  [a] data\n# x\n', '# %% Load [a] data\nx\n'],
    ['# %% Load data [markdown]\n# x\n', '# %% Load data\nx\n'],
    ['# %% [markdown]\n# x\n', 'x\n'],
  ])('keeps the title of a cell that was made text or code: %j', (before, after) => {
    for (const start of ['', 'a\n\n']) {
      const session = open(start + before);
      const cell = session.cells.at(-1);
      if (cell === undefined) throw new Error('no cell');
      changeKind(cell, cell.kind === 'code' ? 'markdown' : 'code');
      expect(written(session)).toBe(start + (start !== '' && after === 'x\n' ? '# %%\nx\n' : after));
      changeKind(cell, cell.kind === 'code' ? 'markdown' : 'code');
      expect(written(session)).toBe(start + before);
    }
  });

  it('is read again as the same cells, whatever was done to it', () => {
    const session = open('a\n\n# %% t\nb\n# %% [markdown]\n# c\n');
    session.addCell('new', session.cells[0] ?? null);
    moveCell(session, session.cells[3] ?? session.addCell(), -3);
    edit(session, 1, 'a2\n');
    const again = open(written(session));
    expect(sources(again).map((source) => source.trim())).toEqual(['c', 'a2', 'new', 'b']);
    expect(again.cells.map(({ kind }) => kind)).toEqual(['markdown', 'code', 'code', 'code']);
  });
});

describe('encodings', () => {
  it.each(['latin-1', 'iso-8859-1', 'cp1252', 'iso-8859-15', 'koi8_r'])(
    'a script in %s stays in it',
    (encoding) => {
      const bytes = latin1(`# -*- coding: ${encoding} -*-\nx = "\xE4\xD6"\n`);
      const session = open(bytes);
      expect(writtenBytes(session)).toEqual(bytes);
      edit(session, 0, `${session.cells[0]?.source ?? ''}\ny = 1`);
      expect(writtenBytes(session)).toEqual(latin1(`# -*- coding: ${encoding} -*-\nx = "\xE4\xD6"\ny = 1\n`));
    },
  );

  it('what an encoding does not have is said, not replaced', () => {
    const session = open(latin1('# coding: latin-1\nx = "\xE4"\n'));
    expect(sources(session)[0]).toContain('ä');
    edit(session, 0, '# coding: latin-1\nx = "€"');
    expect(writeDocument(session, 'py')).toEqual({ kind: 'unwritable', encoding: 'latin-1', character: '€' });
    // Its user may declare another one.
    edit(session, 0, '# coding: utf-8\nx = "€"');
    expect(written(session)).toBe('# coding: utf-8\nx = "€"\n');
  });

  it('what can not be read without loss is not opened', () => {
    expect(readDocument('py', latin1('x = "\xE4"\n'))).toMatchObject({ reason: 'notText' });
    expect(readDocument('py', latin1('# coding: shift_jis\n'))).toMatchObject({ reason: 'encoding' });
    expect(readDocument('py', latin1('# coding: ascii\nx = "\xE4"\n'))).toMatchObject({ reason: 'notText' });
  });
});
