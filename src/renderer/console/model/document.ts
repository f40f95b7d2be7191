/** The file that a session is shown from and saved to. Plain data: what is read and written is in `documents`. */
import { z } from 'zod';
import { DocumentFormat } from '../../../shared/ipc/documents.ts';

const Text = z.string();

/** A notebook as it was read, as pieces of its text: what is not changed is written back letter for letter. */
const NotebookSource = z.strictObject({
  format: z.literal('ipynb'),
  /** Up to the first cell, between two cells, and after the last one. */
  before: Text,
  between: Text,
  after: Text,
  /** Whether its cells have ids, as they do since nbformat 4.5. */
  hasIds: z.boolean(),
  /** What its code is written in, where that is not Python. */
  language: Text.nullable(),
  cells: z.array(Text),
});
export type NotebookSource = z.infer<typeof NotebookSource>;

/** A script as it was read: pieces that begin with a line `# %%`. */
const ScriptSource = z.strictObject({
  format: z.literal('py'),
  hasByteOrderMark: z.boolean(),
  eol: z.enum(['\n', '\r\n', '\r']),
  endsWithEol: z.boolean(),
  cells: z.array(Text),
});
export type ScriptSource = z.infer<typeof ScriptSource>;

export const DocumentSource = z.discriminatedUnion('format', [NotebookSource, ScriptSource]);
export type DocumentSource = z.infer<typeof DocumentSource>;

/** Whether what cells bring out is part of a file, which is changed by it. */
export const KEEPS_OUTPUTS: Readonly<Record<DocumentFormat, boolean>> = { ipynb: true, py: false };

export const DocumentState = z.strictObject({
  /** Main's handle of the file; null while it has no place. */
  id: Text.nullable(),
  /** Of the file, without its folder. */
  name: Text,
  format: DocumentFormat,
  /** Of what was last read from the file or written to it; null before that. */
  version: Text.nullable(),
});
export type DocumentState = z.infer<typeof DocumentState>;

export const CellKind = z.enum([
  'code',
  'markdown',
  /** Text that a converter passes on, and cells that this app does not know. */
  'raw',
  /** Code in another language than Python, which does not run here. */
  'foreign',
]);
export type CellKind = z.infer<typeof CellKind>;

/** What of a cell is collapsed to a line. */
export const HiddenParts = z.strictObject({ code: z.boolean(), outputs: z.boolean() });
export type HiddenParts = Readonly<z.infer<typeof HiddenParts>>;

export const NOTHING_HIDDEN: HiddenParts = { code: false, outputs: false };

/** The cell of the source that a cell was read from. */
export const CellOrigin = z.strictObject({
  index: z.number().int().nonnegative(),
  /** It was made of that cell, which may be there, too. */
  isCopy: z.boolean(),
  /** Whether its output is the one of the source. */
  keepsOutputs: z.boolean(),
});
export type CellOrigin = z.infer<typeof CellOrigin>;

/** Another program has written the file. */
export interface DocumentConflict {
  /** What is there now. */
  readonly version: string;
  /** Whether it came up when the document was to be saved. */
  readonly wasSaving: boolean;
}

/** Of a cell, when it was last in agreement with the file. */
export interface SavedCell {
  readonly id: string;
  readonly source: string;
  readonly kind: CellKind;
  readonly hidden: HiddenParts;
  readonly outputChanges: number;
}
