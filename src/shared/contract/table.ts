/** A data frame that was shown, and its rows as they are asked for. All of it is written by the guest. */
import { z } from 'zod';

/** Of an output's form with a `ShownTable`. */
export const TABLE_MIME = 'application/vnd.vivarium.table+json';

export const TABLE_LIMITS = {
  /** Rows of one frame; more are neither kept nor asked for. */
  rows: 1_000_000,
  /** Columns and levels of the index. */
  fields: 10_100,
  /** Rows and fields that come with the description. */
  headRows: 100,
  headFields: 60,
  /** Rows and fields of one answer. */
  answerRows: 1000,
  answerFields: 200,
  /** An answer as JSON, in bytes of UTF-8. */
  answerBytes: 4 * 1024 * 1024,
  /** What is looked for, in UTF-16 units. */
  filterLength: 1000,
} as const;

const Count = z.number().int().nonnegative();

const MISSING = [0, 1, 2, 3] as const;
/** Its text, or which kind of missing value it is: NaN, None, NaT, <NA>. */
export type TableCell = string | (typeof MISSING)[number];

const isCell = (value: unknown): boolean =>
  typeof value === 'string' || MISSING.some((missing) => missing === value);

/**
 * Both counts are looked at before any cell is, and one wrong cell ends it: a schema of arrays would go through all of
 * a list that is too long, and tell of each of its faults, which takes seconds.
 */
const cellRows = (rows: number, fields: number) =>
  z.custom<TableCell[][]>(
    (value) => isList(value, rows) && value.every((row) => isList(row, fields) && row.every(isCell)),
    { error: 'must be rows of cells', abort: true },
  );

const isList = (value: unknown, most: number): value is unknown[] =>
  Array.isArray(value) && value.length <= most;

const TableName = z.string().regex(/^[\da-f]{1,64}$/u);

const TableField = z.strictObject({
  /** More than one for columns in groups: the outermost first. */
  name: z.custom<string[]>(
    (value) =>
      isList(value, 16) &&
      value.length > 0 &&
      value.every((part) => typeof part === 'string' && part.length <= 400),
    { error: 'must be a few texts', abort: true },
  ),
  /** pandas' name of it. */
  type: z.string().max(400),
  isNumber: z.boolean(),
});
export type TableField = z.infer<typeof TableField>;

export const ShownTable = z
  .strictObject({
    version: z.literal(1),
    /** By which its rows are asked for. */
    table: TableName,
    /** Of the frame; more than are kept when it is too large. */
    rows: Count,
    columns: Count,
    keptRows: Count.max(TABLE_LIMITS.rows),
    /** The first fields are the levels of the index, the others columns. */
    levels: z.number().int().min(1).max(100),
    fields: z.custom<TableField[]>(
      (value) =>
        isList(value, TABLE_LIMITS.fields) &&
        value.length > 0 &&
        value.every((field) => TableField.safeParse(field).success),
      { error: 'must be fields', abort: true },
    ),
    /** The first rows of the first fields. */
    head: cellRows(TABLE_LIMITS.headRows, TABLE_LIMITS.headFields),
  })
  .refine(({ fields, levels }) => levels <= fields.length, 'has more levels than fields')
  .refine(({ keptRows, rows }) => keptRows <= rows, 'keeps more rows than there are')
  .refine(
    ({ fields, head, keptRows }) =>
      head.length <= keptRows &&
      head.every((row) => row.length === head[0]?.length && row.length <= fields.length),
    'has rows of another length',
  );
export type ShownTable = z.infer<typeof ShownTable>;

export const TABLE_OPERATORS = ['contains', '=', '!=', '<', '<=', '>', '>=', 'missing', 'present'] as const;
export type TableOperator = (typeof TABLE_OPERATORS)[number];

export const TableFilter = z.strictObject({
  /** Null for all of them, of which one has to contain the text. */
  field: Count.nullable(),
  operator: z.enum(TABLE_OPERATORS),
  text: z.string().max(TABLE_LIMITS.filterLength),
});
export type TableFilter = z.infer<typeof TableFilter>;

export const TableSort = z.strictObject({ field: Count, descending: z.boolean() });
export type TableSort = z.infer<typeof TableSort>;

export const TableQuery = z.strictObject({
  table: TableName,
  sort: TableSort.nullable(),
  filter: TableFilter.nullable(),
  /** Of the rows in that order. */
  first: Count,
  count: z.number().int().min(1).max(TABLE_LIMITS.answerRows),
  firstField: Count,
  fields: z.number().int().min(1).max(TABLE_LIMITS.answerFields),
  /** Whole texts; otherwise as they are seen. */
  whole: z.boolean(),
});
export type TableQuery = z.infer<typeof TableQuery>;

export const TableAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rows'),
    /** That the filter leaves. */
    rows: Count.max(TABLE_LIMITS.rows),
    /** From the first one asked for; fewer than were asked for when they are long. */
    cells: cellRows(TABLE_LIMITS.answerRows, TABLE_LIMITS.answerFields),
  }),
  /** The interpreter does not have it any more. */
  z.strictObject({ kind: z.literal('gone') }),
  z.strictObject({ kind: z.literal('slow') }),
  /** What is compared with is no value of the column's type. */
  z.strictObject({ kind: z.literal('no-value') }),
  /** This question can't be answered. */
  z.strictObject({ kind: z.literal('failed') }),
]);
export type TableAnswer = z.infer<typeof TableAnswer>;

/** What came of a `TableQuery` to a session. */
export type TableRows =
  /** A `TableAnswer` as JSON: the guest's word, to be checked by whoever reads it. */
  | { readonly kind: 'answered'; readonly text: string }
  /** A run is under way. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'slow' }
  /** The session has no interpreter. */
  | { readonly kind: 'no-session' };
