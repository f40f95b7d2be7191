import { reachedCap, tellsOfFilesCut } from '../../../shared/output-cap.ts';
import type { Cell } from './cell.ts';

export type CutOutput =
  /** With the cap that each stream had in that run. */
  { readonly name: 'at-the-cap'; readonly outputKiB: number } | { readonly name: 'something' };

/**
 * What is missing of a cell's output: the end of its printed text or value, beyond the cap, or something else, such as a
 * form of a picture or the head of a traceback; null when nothing is, or when a notice says what.
 */
export const cutOf = (cell: Cell): CutOutput | null => {
  if (cell.phase.name !== 'done') return null;
  const { notices, stderr, stdout, truncated, value } = cell.phase.result;
  if (!truncated) return null;
  // What is kept of a result has no texts, and the cell's items have.
  const texts = [stdout, stderr, value?.text ?? '', ...printed(cell)];
  const { outputKiB } = cell.limits;
  if (outputKiB !== null && reachedCap(texts, outputKiB)) return { name: 'at-the-cap', outputKiB };
  return tellsOfFilesCut(notices) ? null : { name: 'something' };
};

const printed = ({ items }: Cell): string[] => {
  const of = (stream: 'stdout' | 'stderr'): string =>
    items.map((item) => (item.kind === 'text' && item.stream === stream ? item.raw() : '')).join('');
  const values = items.map((item) => (item.kind === 'value' ? item.text : ''));
  return [of('stdout'), of('stderr'), ...values];
};
