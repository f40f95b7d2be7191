import type { Translate } from '../../../shared/translate.ts';
import type { Format } from '../../shared/format.ts';
import type { CellItem } from '../model/cell.ts';
import { outputCounts } from '../model/collapsed.ts';

const KINDS = ['lines', 'tables', 'images', 'charts', 'others'] as const;

/** What is in outputs that are collapsed, in words. */
export const collapsedOutputs = (items: readonly CellItem[], t: Translate, format: Format): string => {
  const counts = outputCounts(items);
  const parts = KINDS.filter((kind) => counts[kind] > 0).map((kind) =>
    // The plural form follows from the number itself.
    t(`collapse.${kind}`, { count: counts[kind] }).replace(String(counts[kind]), format.number(counts[kind])),
  );
  if (counts.error !== null) parts.push(counts.error);
  return parts.join(' · ');
};
