import { expect, it } from 'vitest';
import { Cell } from '../../../src/renderer/console/model/cell.ts';
import { cutOf } from '../../../src/renderer/console/model/cut-output.ts';
import { decode, encodeCell, KeptCell, restoreCell } from '../../../src/renderer/console/work/kept.ts';
import { resultOf } from '../../support/run-results.ts';
import { openedConsole } from './support.ts';

const ended = (changes: Parameters<typeof resultOf>[0]): Cell => {
  const cell = new Cell('c', 'code');
  cell.begin('r', 1, 1000, { timeoutSeconds: 60, memoryMiB: 1024, outputKiB: 64 });
  cell.finish(resultOf(changes), 2000);
  return cell;
};
const FULL = 'é'.repeat(32 * 1024);
const notice = (code: 'files-left-out' | 'absent') => [{ code, message: '…' }];

it.each([
  ['nothing is missing', { stdout: FULL }, null],
  ['printed text has reached the cap', { truncated: true, stdout: FULL }, 'at-the-cap'],
  ['text of errors has', { truncated: true, stderr: FULL }, 'at-the-cap'],
  ['the value has', { truncated: true, value: { text: FULL } }, 'at-the-cap'],
  [
    'text has, and files are left out',
    { truncated: true, stdout: FULL, notices: notice('files-left-out') },
    'at-the-cap',
  ],
  ['a form of a picture is left out', { truncated: true, stdout: 'a' }, 'something'],
  [
    'the same, beside a notice of something else',
    { truncated: true, notices: notice('absent') },
    'something',
  ],
  ['files are left out, which a notice says', { truncated: true, notices: notice('files-left-out') }, null],
] as const)('says what is missing of an output: %s', (_what, changes, missing) => {
  expect(cutOf(ended(changes))?.name ?? null).toBe(missing);
});

it('knows of texts that only the cell has any longer', () => {
  const cell = ended({ truncated: true, stdout: FULL });
  if (cell.phase.name !== 'done') throw new Error('it is not done');
  cell.phase = { ...cell.phase, result: { ...cell.phase.result, stdout: '' } };
  expect(cutOf(cell)).toEqual({ name: 'at-the-cap', outputKiB: 64 });
});

it('goes by the cap of the run, whatever the settings are later, also when it is read from the disk', async () => {
  const { set, store } = openedConsole(() => ({ truncated: true, stdout: FULL }));
  const session = store.addSession();
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.source = 'code';
  set({ outputKiB: 64 });
  await store.run(session, cell);
  set({ outputKiB: 128 });
  const cut = { name: 'at-the-cap', outputKiB: 64 };
  expect(cutOf(cell)).toEqual(cut);
  const again = new Cell(cell.id, cell.source);
  const kept = new TextDecoder().decode(encodeCell(cell));
  restoreCell(again, read(kept));
  expect(cutOf(again)).toEqual(cut);
  // An older version kept no cap: nothing is said of one.
  restoreCell(again, read(kept.replace(',"outputKiB":64', '')));
  expect(cutOf(again)).toEqual({ name: 'something' });
});

const read = (kept: string): KeptCell => {
  const cell = decode(KeptCell, new TextEncoder().encode(kept));
  if (cell === null) throw new Error('it can not be read');
  return cell;
};
