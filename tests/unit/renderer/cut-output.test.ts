import { expect, it } from 'vitest';
import { Cell } from '../../../src/renderer/console/model/cell.ts';
import { cutOf } from '../../../src/renderer/console/model/cut-output.ts';
import { resultOf } from '../../support/run-results.ts';

const ended = (changes: Parameters<typeof resultOf>[0]): Cell => {
  const cell = new Cell('c', 'code');
  cell.begin('r', 1, 1000, { timeoutSeconds: 60, memoryMiB: 1024 });
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
  expect(cutOf(ended(changes), 64)).toBe(missing);
});

it('knows of texts that only the cell has any longer', () => {
  const cell = ended({ truncated: true, stdout: FULL });
  if (cell.phase.name !== 'done') throw new Error('it is not done');
  cell.phase = { ...cell.phase, result: { ...cell.phase.result, stdout: '' } };
  expect(cutOf(cell, 64)).toBe('at-the-cap');
});
