/** Notebooks are read into cells, and written back with nothing changed but what was changed here. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { shallowReactive } from 'vue';
import { describe, expect, it } from 'vitest';
import {
  fillSession,
  readDocument,
  writeDocument,
} from '../../../src/renderer/console/documents/document-content.ts';
import type { DocumentReading } from '../../../src/renderer/console/documents/reading.ts';
import {
  changeKind,
  duplicateCell,
  isPossible,
  moveCell,
  splitCell,
} from '../../../src/renderer/console/model/cell-edits.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { ANIMATION_MIME } from '../../../src/shared/contract/animation.ts';
import { TABLE_MIME } from '../../../src/shared/contract/table.ts';
import { resultOf } from '../../support/run-results.ts';

/** Written by Jupyter: nbformat 5.11.1, and ipykernel 7.4.0 over nbclient 0.11.0 for its outputs. */
const JUPYTER = readFileSync(path.resolve(import.meta.dirname, '../../cases/jupyter.ipynb'));

const bytesOf = (content: unknown): Uint8Array =>
  new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));

const open = (bytes: Uint8Array): Session => {
  const reading = readDocument('ipynb', bytes);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const session = shallowReactive(new Session('s1-x', 1));
  fillSession(session, { id: null, name: 'a.ipynb', version: null }, 'ipynb', reading);
  return session;
};

const written = (session: Session): string => {
  const result = writeDocument(session, 'ipynb');
  if (result.kind !== 'bytes') throw new Error('it can not be written');
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(result.bytes);
};

interface NotebookJson {
  readonly cells: readonly Record<string, unknown>[];
}
const parsed = (text: string): NotebookJson => JSON.parse(text) as NotebookJson;

const cellAt = (session: Session, index: number): Cell => {
  const cell = session.cells[index];
  if (cell === undefined) throw new Error('no such cell');
  return cell;
};

const run = (cell: Cell, say: (cell: Cell) => void = () => undefined): void => {
  cell.begin('run', 7, 0, { timeoutSeconds: 60, memoryMiB: 512, outputKiB: 64 });
  say(cell);
  cell.finish(resultOf({}), 1);
};

const notebook = (cells: readonly object[], more: object = {}): object => ({
  cells,
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
  ...more,
});
const code = (source: unknown, more: object = {}): object => ({
  cell_type: 'code',
  execution_count: null,
  id: 'a',
  metadata: {},
  outputs: [],
  source,
  ...more,
});

describe('a notebook that Jupyter wrote, with outputs of all kinds', () => {
  it('is written back byte for byte', () => {
    expect(written(open(JUPYTER))).toBe(JUPYTER.toString('utf8'));
  });

  it('shows its cells with what they brought out', () => {
    const session = open(JUPYTER);
    expect(session.cells.map(({ kind }) => kind)).toEqual([
      'markdown',
      'code',
      'code',
      'code',
      'raw',
      'code',
    ]);
    expect(session.cells.map(({ number }) => number)).toEqual([null, 1, 2, 3, null, null]);
    expect(cellAt(session, 1).items).toMatchObject([
      { kind: 'text', stream: 'stdout' },
      { kind: 'text', stream: 'stderr' },
      { kind: 'value', text: '42' },
    ]);
    const shown = cellAt(session, 2).items.map((item) =>
      item.kind === 'rich' ? Object.keys(item.mime)[0] : item.kind,
    );
    expect(shown).toEqual([
      'text/html',
      'image/svg+xml',
      'text/markdown',
      'text/latex',
      'application/json',
      'application/javascript',
      'image/png',
      'image/gif',
      'application/vnd.plotly.v1+json',
      'application/vnd.vegalite.v5+json',
      'application/x-unknown',
      'application/pdf',
      'text/html',
      'text/html',
    ]);
    expect(cellAt(session, 3).items).toMatchObject([
      { kind: 'error', error: { type: 'ZeroDivisionError', message: 'division by zero' } },
    ]);
    expect(session.hasChanges).toBe(false);
    expect(session.runs).toBe(3);
  });

  it('differs in the source of one cell when that was edited, and in nothing else', () => {
    const session = open(JUPYTER);
    cellAt(session, 1).source += '\nx = "neu"\n';
    expect(session.hasChanges).toBe(true);
    const text = written(session);
    const before = JUPYTER.toString('utf8').split('\n');
    const lines = text.split('\n');
    expect(lines.filter((line) => !before.includes(line))).toEqual([
      '    "41 + 1\\n",',
      '    "x = \\"neu\\"\\n"',
    ]);
    expect(before.filter((line) => !lines.includes(line))).toEqual(['    "41 + 1"']);
    // Numbers keep what JavaScript has no number for.
    expect(text).toContain('"big": 12345678901234567890');
    expect(text).toContain('"ratio": 1.0');
  });

  it('has new outputs where a cell was run, and keeps the tags of that cell', () => {
    const session = open(JUPYTER);
    run(cellAt(session, 1), (cell) => {
      cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'one\ntwo' });
      const mime = { 'text/plain': 'D()', 'text/html': '<b>\n</b>', 'application/json': '{"a":1}' };
      cell.apply({ type: 'output', runId: 'run', mime });
    });
    expect(session.hasChanges).toBe(true);
    const [before, after] = [parsed(JUPYTER.toString('utf8')), parsed(written(session))];
    expect(after.cells[1]).toEqual({
      ...before.cells[1],
      metadata: before.cells[1]?.['metadata'],
      execution_count: 7,
      outputs: [
        { name: 'stdout', output_type: 'stream', text: ['one\n', 'two'] },
        {
          data: { 'application/json': { a: 1 }, 'text/html': ['<b>\n', '</b>'], 'text/plain': ['D()'] },
          metadata: {},
          output_type: 'display_data',
        },
      ],
    });
    expect(after.cells.toSpliced(1, 1)).toEqual(before.cells.toSpliced(1, 1));
  });

  it('keeps cells as they are while they are moved, and loses none when others are made', () => {
    const session = open(JUPYTER);
    moveCell(session, cellAt(session, 0), 2);
    duplicateCell(session, cellAt(session, 2));
    splitCell(session, cellAt(session, 0), 14);
    session.addCell('new = 1', cellAt(session, 0));
    const before = parsed(JUPYTER.toString('utf8'));
    const after = parsed(written(session));
    const ids = after.cells.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const copy = after.cells.find(({ id }) => String(id).startsWith('s1-x') && id !== undefined);
    expect(copy?.['source']).toEqual(['new = 1']);
    const markdown = after.cells.filter(({ cell_type: type }) => type === 'markdown');
    expect(markdown).toHaveLength(2);
    expect(markdown[0]).toEqual(before.cells[0]);
    expect(markdown[1]).toEqual({ ...before.cells[0], id: markdown[1]?.['id'] });
    expect(after.cells.filter(({ cell_type: type }) => type === 'raw')).toEqual([before.cells[4]]);
  });

  it('has text where code was made text, with its id and metadata, and code again', () => {
    const session = open(JUPYTER);
    changeKind(cellAt(session, 1), 'markdown');
    changeKind(cellAt(session, 0), 'code');
    expect(session.hasChanges).toBe(true);
    const before = parsed(JUPYTER.toString('utf8')).cells;
    const after = parsed(written(session)).cells;
    const own = Object.entries(before[1] ?? {}).filter(
      ([key]) => key !== 'outputs' && key !== 'execution_count',
    );
    expect(after[1]).toEqual({ ...Object.fromEntries(own), cell_type: 'markdown' });
    expect(after[0]).toMatchObject({ cell_type: 'code', id: 'title', outputs: [], execution_count: null });
    expect(after[0]).not.toHaveProperty('attachments');
    changeKind(cellAt(session, 0), 'markdown');
    expect(parsed(written(session)).cells[0]).toEqual(before[0]);
  });

  it('has copies and parts of a cell as what they were made here, with their outputs', () => {
    const session = open(JUPYTER);
    const before = parsed(JUPYTER.toString('utf8')).cells;
    const [title, sum] = [cellAt(session, 0), cellAt(session, 1)];
    changeKind(sum, 'markdown');
    duplicateCell(session, sum);
    splitCell(session, sum, 3);
    duplicateCell(session, title);
    const copy = cellAt(session, 1);
    changeKind(copy, 'code');
    run(copy, (cell) => cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: 'one' }));
    const after = parsed(written(session)).cells;
    expect(after.slice(0, 5).map(({ cell_type: type }) => type)).toEqual([
      'markdown',
      'code',
      'markdown',
      'markdown',
      'markdown',
    ]);
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).toMatchObject({
      execution_count: 7,
      outputs: [{ name: 'stdout', output_type: 'stream', text: ['one'] }],
    });
    expect(after[1]).not.toHaveProperty('attachments');
    for (const cell of after.slice(2, 5)) {
      expect(cell).not.toHaveProperty('outputs');
      expect(cell).not.toHaveProperty('execution_count');
    }
  });

  it('merges no text into code', () => {
    const session = open(JUPYTER);
    expect(isPossible('merge', session, cellAt(session, 0))).toBe(false);
    expect(isPossible('merge', session, cellAt(session, 1))).toBe(true);
  });
});

describe('what is written', () => {
  it('keeps the form it was in: one line, tabs, texts instead of lines, a byte order mark', () => {
    const cells = [code('a = 1'), code(['b = 2\n', 'c'], { id: 'b' })];
    const forms = [
      JSON.stringify(notebook(cells)),
      JSON.stringify(notebook(cells), null, '\t'),
      `\uFEFF${JSON.stringify(notebook(cells), null, 4)}\r\n`,
    ];
    for (const form of forms) {
      expect(written(open(bytesOf(form)))).toBe(form);
      const session = open(bytesOf(form));
      cellAt(session, 0).source = 'a = 2';
      cellAt(session, 1).source = 'b = 3';
      expect(written(session)).toBe(form.replace('a = 1', 'a = 2').replace(/"b = 2\\n",\s*"c"/u, '"b = 3"'));
    }
  });

  it('has ids where the notebook has them, and none where it has none', () => {
    const old = open(bytesOf(notebook([], { nbformat_minor: 4 })));
    cellAt(old, 0).source = 'x';
    expect(parsed(written(old)).cells).toEqual([
      { cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: ['x'] },
    ]);
    const current = open(bytesOf(notebook([])));
    cellAt(current, 0).source = 'x';
    expect(parsed(written(current)).cells).toMatchObject([{ id: 's1-x-cell-2' }]);
  });

  it('leaves out empty cells at the end that were made here, and no others', () => {
    const session = open(bytesOf(notebook([code('x'), code('', { id: 'b' })])));
    session.addCell();
    expect(session.hasChanges).toBe(false);
    expect(parsed(written(session)).cells).toHaveLength(2);
  });

  it('holds no password that was typed', () => {
    const session = open(bytesOf(notebook([code('x')])));
    run(cellAt(session, 0), (cell) => {
      cell.apply({ type: 'input', runId: 'run', prompt: 'Secret? ', secret: true });
      for (const item of cell.items) if (item.kind === 'input') item.answer = 'opensesame';
    });
    expect(written(session)).toContain('Secret? ');
    expect(written(session)).not.toContain('opensesame');
  });
});

describe('what a run here has brought out', () => {
  it('can be opened again, however large it is', () => {
    const session = open(bytesOf(notebook([code('x')])));
    run(cellAt(session, 0), (cell) => {
      for (let at = 0; at < 5; at += 1)
        cell.apply({ type: 'output', runId: 'run', mime: { 'image/png': 'A'.repeat(6 * 1024 * 1024) } });
    });
    const text = written(session);
    expect(written(open(bytesOf(text))) === text).toBe(true);
  });

  it('can be opened again, however deep its JSON is', () => {
    const session = open(bytesOf(notebook([code('x')])));
    run(cellAt(session, 0), (cell) => {
      const json = '['.repeat(500) + ']'.repeat(500);
      cell.apply({ type: 'output', runId: 'run', mime: { 'application/json': json, 'text/plain': 'deep' } });
    });
    const text = written(session);
    expect(text).toContain('deep');
    expect(written(open(bytesOf(text)))).toBe(text);
  });

  it('has no rows of tables, which are asked of its session; those of a notebook are not shown', () => {
    const session = open(bytesOf(notebook([code('x')])));
    run(cellAt(session, 0), (cell) =>
      cell.apply({ type: 'output', runId: 'run', mime: { [TABLE_MIME]: '{}', 'text/plain': 'a table' } }),
    );
    expect(written(session)).toContain('a table');
    expect(written(session)).not.toContain(TABLE_MIME);
    const data = { [TABLE_MIME]: { rows: 5 }, 'text/html': ['<table>'] };
    const outputs = [{ output_type: 'display_data', metadata: {}, data }];
    const text = JSON.stringify(notebook([code('x', { outputs })]), null, 1);
    const opened = open(bytesOf(text));
    expect(cellAt(opened, 0).items).toMatchObject([{ kind: 'rich', mime: { 'text/html': '<table>' } }]);
    expect(Object.keys((cellAt(opened, 0).items[0] as { mime: object }).mime)).toEqual(['text/html']);
    expect(written(opened)).toBe(text);
  });

  it('has an animation with its frames, and with a picture for programs without the player', () => {
    const session = open(bytesOf(notebook([code('x')])));
    const mime = {
      [ANIMATION_MIME]: '{"version":1,"frames":["AA"]}',
      'image/gif': 'R0lG',
      'text/plain': 'ani',
    };
    run(cellAt(session, 0), (cell) => cell.apply({ type: 'output', runId: 'run', mime }));
    const text = written(session);
    const [{ outputs }] = (JSON.parse(text) as { cells: [{ outputs: unknown }] }).cells;
    expect(outputs).toEqual([
      {
        data: {
          [ANIMATION_MIME]: { version: 1, frames: ['AA'] },
          'image/gif': 'R0lG',
          'text/plain': ['ani'],
        },
        metadata: {},
        output_type: 'display_data',
      },
    ]);
    expect(cellAt(open(bytesOf(text)), 0).items).toMatchObject([{ mime }]);
  });
});

describe('a hostile notebook', () => {
  it.each([0, -1, 1.5, 1e9 + 1, Number.MAX_SAFE_INTEGER])('that counts %d runs counts none', (count) => {
    const text = JSON.stringify(notebook([code('x', { execution_count: count })]), null, 1);
    const session = open(bytesOf(text));
    expect(session.runs).toBe(0);
    expect(written(session)).toBe(text);
  });

  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  it.each<[string, unknown, Extract<DocumentReading, { kind: 'refused' }>['reason']]>([
    ['nothing', '', 'notJson'],
    ['no JSON', '{"cells": [', 'notJson'],
    ['a list', '[]', 'notNotebook'],
    ['something else', '{"a": 1}', 'notNotebook'],
    ['an older format', { nbformat: 3, worksheets: [] }, 'otherFormat'],
    ['a later format', { nbformat: 5, cells: [] }, 'otherFormat'],
    ['no cells', { nbformat: 4, nbformat_minor: 5, metadata: {} }, 'broken'],
    ['cells that are none', notebook([1 as unknown as object]), 'broken'],
    ['a source that is no text', notebook([code({ a: 1 })]), 'broken'],
    ['outputs that are none', notebook([code('x', { outputs: {} })]), 'broken'],
    [
      'lists without end',
      `{"nbformat":4,"nbformat_minor":5,"metadata":{"a":${deep(100_000)}},"cells":[]}`,
      'tooDeep',
    ],
    [
      'a circle of names',
      notebook([code('x', { metadata: { $ref: '#/cells/0' } })], { nbformat: '4' }),
      'notNotebook',
    ],
    ['more cells than can be shown', notebook(Array.from({ length: 2001 }, () => code(''))), 'tooManyCells'],
    [
      'more code than can be kept',
      notebook([code('x'.repeat(9 * 1024 * 1024)), code('é'.repeat(8 * 1024 * 1024))]),
      'tooMuchCode',
    ],
    ['too large metadata', notebook([], { metadata: { x: 'x'.repeat(25 * 1024 * 1024) } }), 'tooMuchAround'],
  ])('of %s is refused with the reason', (_what, content, reason) => {
    expect(readDocument('ipynb', bytesOf(content))).toMatchObject({ kind: 'refused', reason });
  });

  it('shows what it can of outputs of wrong types, and keeps all of them', () => {
    const outputs = [
      null,
      5,
      { output_type: 'unheard-of', data: {} },
      { output_type: 'display_data', data: { 'text/plain': { a: 1 }, 'IMAGE/PNG': 'x', 'image/png': 7 } },
      { output_type: 'execute_result', data: { '../../etc': 'x' }, execution_count: -5 },
      { output_type: 'stream', name: 'stdout', text: ['shown'] },
      { output_type: 'error', ename: 1 },
      JSON.parse('{"__proto__": {"polluted": true}, "output_type": "stream", "name": 3, "text": "x"}'),
    ];
    const text = JSON.stringify(notebook([code('x', { outputs, execution_count: 1e99 })]), null, 1);
    const session = open(bytesOf(text));
    expect(cellAt(session, 0).items).toMatchObject([{ kind: 'text', stream: 'stdout' }]);
    expect(cellAt(session, 0).number).toBeNull();
    expect(written(session)).toBe(text);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('with a name twice is read as everybody reads it: the last one counts', () => {
    const text = `{"cells":[],"cells":[{"cell_type":"code","source":"old","source":"new","metadata":{},"outputs":[]}],"nbformat":4,"nbformat_minor":4,"metadata":{}}`;
    const session = open(bytesOf(text));
    expect(cellAt(session, 0).source).toBe('new');
    expect(written(session)).toBe(text);
    cellAt(session, 0).source = 'newer';
    expect(written(session)).toBe(text.replace('"new"', '"newer"'));
  });

  it('of many megabytes is read and written in linear time', () => {
    const quotes = '\\"'.repeat(100_000);
    const cells = Array.from({ length: 200 }, (_none, at) => code(quotes.slice(0, 60_000), { id: `c${at}` }));
    const text = JSON.stringify(notebook(cells), null, 1);
    const begun = performance.now();
    expect(written(open(bytesOf(text))) === text).toBe(true);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

it('code of another language is shown as such, and kept', () => {
  const text = JSON.stringify(
    notebook([code('x <- 1')], { metadata: { kernelspec: { name: 'ir', language: 'R' } } }),
    null,
    1,
  );
  const session = open(bytesOf(text));
  expect(cellAt(session, 0).kind).toBe('foreign');
  expect(session.documentSource).toMatchObject({ language: 'R' });
  expect(written(session)).toBe(text);
});

it.each([
  ['docs/limits.md', '| a notebook or script that is opened or saved '],
  ['docs/user-guide.md', '- At most '],
])('%s tells of the limits of documents', (file, beginning) => {
  const lines = readFileSync(path.resolve(import.meta.dirname, '../../..', file), 'utf8').split('\n');
  const line = lines.find((one) => one.startsWith(beginning)) ?? '';
  const mostOf = (content: object): string => {
    const reading = readDocument('ipynb', bytesOf(content));
    return reading.kind === 'refused' ? (reading.values['most'] ?? '') : '';
  };
  expect(line).toContain(`${LIMITS.documentBytes / 1024 / 1024} MiB`);
  expect(line).toContain(`${mostOf(notebook(Array.from({ length: 2001 }, () => code(''))))} cells`);
  expect(line).toContain(`${mostOf(notebook([code('x'.repeat(25 * 1024 * 1024))]))} MiB of code and text`);
});
