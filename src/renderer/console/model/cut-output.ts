import { reachedCap, tellsOfFilesCut } from '../../../shared/output-cap.ts';
import type { Cell } from './cell.ts';

/**
 * What is missing of a cell's output: the end of its printed text or value, beyond the cap, or something else, such as a
 * form of a picture or the head of a traceback; null when nothing is, or when a notice says what.
 *
 * @param outputKiB the cap of each stream
 */
export const cutOf = (cell: Cell, outputKiB: number): 'at-the-cap' | 'something' | null => {
  if (cell.phase.name !== 'done') return null;
  const { notices, stderr, stdout, truncated, value } = cell.phase.result;
  if (!truncated) return null;
  // What is kept of a result has no texts, and the cell's items have.
  const texts = [stdout, stderr, value?.text ?? '', ...printed(cell)];
  if (reachedCap(texts, outputKiB)) return 'at-the-cap';
  return tellsOfFilesCut(notices) ? null : 'something';
};

const printed = ({ items }: Cell): string[] => {
  const of = (stream: 'stdout' | 'stderr'): string =>
    items.map((item) => (item.kind === 'text' && item.stream === stream ? item.raw() : '')).join('');
  const values = items.map((item) => (item.kind === 'value' ? item.text : ''));
  return [of('stdout'), of('stderr'), ...values];
};
