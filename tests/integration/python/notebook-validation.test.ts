/** What is saved here is a notebook to Jupyter's own library: real nbformat, out of its wheel. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { shallowReactive } from 'vue';
import { beforeEach, expect, it } from 'vitest';
import { FURTHER_WHEELS } from '../../../scripts/provision/wheels-pin.ts';
import {
  fillSession,
  readDocument,
  writeDocument,
} from '../../../src/renderer/console/documents/document-content.ts';
import { duplicateCell, splitCell } from '../../../src/renderer/console/model/cell-edits.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import { resultOf } from '../../support/run-results.ts';
import { testWheels } from '../../support/test-wheels.ts';
import { startGuest, type Guest } from './guest.ts';

/** It, and what it imports. */
const PACKAGES = ['attrs', 'fastjsonschema', 'jsonschema', 'nbformat', 'pyrsistent', 'traitlets'];
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let guest: Guest;

beforeEach(async (context) => {
  const folder = await testWheels(context);
  guest = await startGuest();
  const wheels = FURTHER_WHEELS.filter(({ name }) => PACKAGES.includes(name));
  expect(wheels.map(({ name }) => name).sort()).toEqual(PACKAGES);
  for (const { fileName } of wheels)
    guest.files.writeFile(`/tmp/${fileName}`, new Uint8Array(readFileSync(path.join(folder, fileName))));
  await guest.run(
    'import glob, sys, zipfile\nfor wheel in glob.glob("/tmp/*.whl"): zipfile.ZipFile(wheel).extractall("/tmp/packages")\nsys.path.append("/tmp/packages")',
  );
}, 60_000);

/** How nbformat judges it, with its warnings; empty when it has nothing against it. */
const judged = async (session: Session): Promise<string> => {
  const written = writeDocument(session, 'ipynb');
  if (written.kind !== 'bytes') throw new Error('it can not be written');
  guest.files.writeFile('/tmp/saved.ipynb', written.bytes);
  const { error } = await guest.run(
    'import json, warnings\nwarnings.simplefilter("error")\nimport nbformat\nnbformat.validate(json.load(open("/tmp/saved.ipynb")))\nnbformat.validate(nbformat.read("/tmp/saved.ipynb", as_version=4))',
  );
  return error === null ? '' : `${error.type}: ${error.message}`;
};

const open = (text: string): Session => {
  const reading = readDocument('ipynb', new TextEncoder().encode(text));
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const session = shallowReactive(new Session('s1-x', 1));
  fillSession(session, { id: null, name: 'a.ipynb', version: null }, 'ipynb', reading);
  return session;
};

/** With output of every kind that a run here can have. */
const run = (cell: Cell): void => {
  cell.begin('run', 7, 0, { timeoutSeconds: 60, memoryMiB: 512, outputKiB: 64 });
  cell.apply({ type: 'text', runId: 'run', stream: 'stdout', text: '\u001B[31mred\u001B[0m\nmore' });
  cell.apply({ type: 'text', runId: 'run', stream: 'stderr', text: 'careful\n' });
  cell.apply({ type: 'input', runId: 'run', prompt: 'Name? ', secret: false });
  for (const item of cell.items) if (item.kind === 'input') item.answer = 'Ada';
  const mime = {
    'image/png': PIXEL,
    'image/svg+xml': '<svg\nxmlns="http://www.w3.org/2000/svg"/>',
    'text/html': '<b>\n</b>',
    'text/markdown': '**a**',
    'application/json': '{"a":[1,null]}',
    'application/vnd.plotly.v1+json': '{"data":[]}',
    'application/x-own': 'kept',
    'text/plain': 'D()',
  };
  cell.apply({ type: 'output', runId: 'run', mime });
  cell.apply({ type: 'output', runId: 'run', mime: { 'application/json': 'no JSON' } });
  const error = { type: 'ValueError', message: 'no', traceback: 'Traceback\n  x', line: 2 };
  cell.finish(resultOf({ status: 'error', error, value: { text: '42' } }), 1);
};

it('a new notebook is one to nbformat, with output of every kind', async () => {
  const session = shallowReactive(new Session('s1-x', 1));
  const [first] = session.cells;
  if (first === undefined) throw new Error('no cell');
  first.source = 'a = 1\n';
  run(first);
  session.addCell('# text').kind = 'markdown';
  session.addCell('raw').kind = 'raw';
  session.addCell('not run');
  expect(await judged(session)).toBe('');
});

it('one of Jupyter is one to nbformat after cells were edited, run, split, copied and made', async () => {
  const session = open(readFileSync(path.resolve(import.meta.dirname, '../../cases/jupyter.ipynb'), 'utf8'));
  const [text, code] = session.cells;
  if (text === undefined || code === undefined) throw new Error('no cells');
  run(code);
  code.source += '\n# edited';
  duplicateCell(session, code);
  splitCell(session, text, 5);
  session.addCell('new = 1', text);
  expect(await judged(session)).toBe('');
});

it('one of an earlier minor version stays one', async () => {
  const session = open('{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":4}');
  const [first] = session.cells;
  if (first === undefined) throw new Error('no cell');
  first.source = 'a = 1';
  run(first);
  expect(await judged(session)).toBe('');
});

it('nbformat finds what is wrong with one', async () => {
  const session = open('{"cells":[],"metadata":{"kernelspec":5},"nbformat":4,"nbformat_minor":5}');
  expect(await judged(session)).toMatch(/ValidationError/u);
});
