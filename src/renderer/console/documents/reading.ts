import type { CellItem } from '../model/cell.ts';
import type { CellKind, DocumentSource, HiddenParts } from '../model/document.ts';

export interface OpenedCell {
  readonly kind: CellKind;
  readonly source: string;
  readonly number: number | null;
  readonly hidden: HiddenParts;
  /** What it has brought out, as far as that can be shown. */
  readonly items: CellItem[];
}

/** Keys below `documents.refused`. */
export type RefusalReason =
  | 'notJson'
  | 'notNotebook'
  | 'otherFormat'
  | 'broken'
  | 'tooDeep'
  | 'tooManyCells'
  | 'tooMuchAround'
  | 'tooMuchCode'
  | 'encoding'
  | 'notText';

export interface RefusedDocument {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly values: Readonly<Record<string, string>>;
}

export type DocumentReading =
  | { readonly kind: 'read'; readonly source: DocumentSource; readonly cells: readonly OpenedCell[] }
  | RefusedDocument;

export const refused = (
  reason: RefusalReason,
  values: Readonly<Record<string, string>> = {},
): RefusedDocument => ({
  kind: 'refused',
  reason,
  values,
});
