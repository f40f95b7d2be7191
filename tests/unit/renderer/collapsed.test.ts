/** What is collapsed of a cell: as notebooks have it, as the kept work has it, and what is said of it. */
import { describe, expect, it } from 'vitest';
import {
  fillSession,
  readDocument,
  writeDocument,
} from '../../../src/renderer/console/documents/document-content.ts';
import {
  codeLine,
  outputCounts,
  setHidden,
  toggleHidden,
} from '../../../src/renderer/console/model/collapsed.ts';
import { richItem, type Cell } from '../../../src/renderer/console/model/cell.ts';
import { isPossible } from '../../../src/renderer/console/model/cell-edits.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import { TextBlock } from '../../../src/renderer/console/model/texts/text-block.ts';
import { KeptSession, keptSession } from '../../../src/renderer/console/work/kept.ts';

const open = (text: string): Session => {
  const reading = readDocument('ipynb', new TextEncoder().encode(text));
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const session = new Session('s1-x', 1);
  fillSession(session, { id: null, name: 'a.ipynb', version: null }, 'ipynb', reading);
  return session;
};
const written = (session: Session): string => {
  const result = writeDocument(session, 'ipynb');
  if (result.kind !== 'bytes') throw new Error('it can not be written');
  return new TextDecoder().decode(result.bytes);
};
const firstOf = (session: Session): Cell => {
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  return cell;
};

/** With what stands in the lines of its first cell's metadata. */
const notebook = (metadata: string, type = 'code'): string => `{
 "cells": [
  {
   "cell_type": "${type}",
${type === 'code' ? '   "execution_count": 1,\n' : ''}   "id": "a",
   "metadata": ${metadata},
${type === 'code' ? '   "outputs": [\n    {\n     "name": "stdout",\n     "output_type": "stream",\n     "text": [\n      "1.0"\n     ]\n    }\n   ],\n' : ''}   "source": [
    "print(1.0)"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

describe('the metadata of a notebook', () => {
  it.each([
    ['{}', { code: false, outputs: false }],
    ['{"collapsed": true}', { code: false, outputs: true }],
    ['{"collapsed": true, "jupyter": {"outputs_hidden": false}}', { code: false, outputs: false }],
    ['{"jupyter": {"outputs_hidden": true, "source_hidden": true}}', { code: true, outputs: true }],
    ['{"collapsed": "yes", "jupyter": {"source_hidden": 1}}', { code: false, outputs: false }],
    ['{"jupyter": []}', { code: false, outputs: false }],
  ])('%s says what is collapsed, and is written back as it is', (metadata, hidden) => {
    const text = notebook(metadata);
    const session = open(text);
    expect(firstOf(session).hidden).toEqual(hidden);
    expect(written(session)).toBe(text);
    expect(session.hasChanges).toBe(false);
  });

  it('says of a text only whether its source is collapsed', () => {
    const text = notebook('{"collapsed": true, "jupyter": {"source_hidden": true}}', 'markdown');
    const session = open(text);
    expect(firstOf(session).hidden).toEqual({ code: true, outputs: false });
    expect(written(session)).toBe(text);
  });

  it('gets the keys of JupyterLab, laid out like its own, and loses them again', () => {
    const before = notebook('{}');
    const session = open(before);
    setHidden(firstOf(session), 'outputs', true);
    expect(session.hasChanges).toBe(true);
    const collapsed = written(session);
    expect(collapsed).toBe(
      notebook(`{
    "collapsed": true,
    "jupyter": {
     "outputs_hidden": true
    }
   }`),
    );
    const again = open(collapsed);
    setHidden(firstOf(again), 'outputs', false);
    expect(written(again)).toBe(before);
  });

  it('keeps everything else that is in it, letter for letter', () => {
    const text = notebook(`{
    "big": 12345678901234567890,
    "jupyter": {
     "outputs_hidden": false,
     "own": 1.0
    },
    "ratio": 1.0,
    "tags": ["a",   "b"]
   }`);
    const session = open(text);
    toggleHidden(firstOf(session), 'code');
    toggleHidden(firstOf(session), 'outputs');
    const collapsed = written(session);
    expect(collapsed).toBe(
      notebook(`{
    "big": 12345678901234567890,
    "collapsed": true,
    "jupyter": {
     "outputs_hidden": true,
     "own": 1.0,
     "source_hidden": true
    },
    "ratio": 1.0,
    "tags": ["a",   "b"]
   }`),
    );
    const again = open(collapsed);
    toggleHidden(firstOf(again), 'code');
    toggleHidden(firstOf(again), 'outputs');
    expect(written(again)).toBe(text.replace('     "outputs_hidden": false,\n', ''));
  });

  it('of a file without lines, of a new cell and of a copy is written, too', () => {
    const session = open(
      '{"cells":[{"cell_type":"code","metadata":{},"outputs":[],"source":"1"}],"metadata":{},"nbformat":4,"nbformat_minor":4}',
    );
    setHidden(firstOf(session), 'code', true);
    setHidden(session.addCell('2'), 'outputs', true);
    const [first, second] = (JSON.parse(written(session)) as { cells: { metadata: unknown }[] }).cells;
    expect(first?.metadata).toEqual({ jupyter: { source_hidden: true } });
    expect(second?.metadata).toEqual({ collapsed: true, jupyter: { outputs_hidden: true } });
  });

  it('that is no object is left alone', () => {
    const text = notebook('{"jupyter": "x"}');
    const session = open(text);
    setHidden(firstOf(session), 'code', true);
    expect(written(session)).toBe(text);
  });
});

it('is kept with the session', () => {
  const session = new Session('s1-x', 1);
  setHidden(firstOf(session), 'code', true);
  const kept = KeptSession.parse(JSON.parse(JSON.stringify(keptSession(session))));
  expect(kept.cells[0]?.hidden).toEqual({ code: true, outputs: false });
  // What an earlier version has kept.
  const older = { ...kept.cells[0], hidden: undefined };
  expect(KeptSession.parse({ ...kept, cells: [older] }).cells[0]?.hidden).toEqual({
    code: false,
    outputs: false,
  });
});

it('outputs can be collapsed where there are some, or where they are', () => {
  const session = new Session('s1-x', 1);
  const cell = firstOf(session);
  expect(isPossible('hide-code', session, cell)).toBe(true);
  expect(isPossible('hide-outputs', session, cell)).toBe(false);
  setHidden(cell, 'outputs', true);
  expect(isPossible('hide-outputs', session, cell)).toBe(true);
});

it('a line says how code begins and how long it is', () => {
  expect(codeLine('\n\n  x = 1  \ny')).toEqual({ first: 'x = 1', lines: 4 });
  expect(codeLine('')).toEqual({ first: '', lines: 1 });
  expect(codeLine(`${'x'.repeat(10_000)}\n`).first).toHaveLength(200);
});

it('a line says what outputs are', () => {
  const block = new TextBlock('stdout');
  block.append('one\ntwo\n');
  const counts = outputCounts([
    block,
    { kind: 'value', text: '3' },
    richItem({ 'image/png': 'iVBORw0KGgo=' }),
    richItem({ 'text/html': '<p>' }),
    { kind: 'error', error: { type: 'ValueError', message: 'no', traceback: '', line: null } },
  ]);
  expect(counts).toEqual({ lines: 3, tables: 0, images: 1, charts: 0, others: 1, error: 'ValueError' });
});
