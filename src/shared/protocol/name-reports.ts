/** What an editor asks of a session's names, and what Python answers; see name_reports.py. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';

const MAX_NAME = 200;

const WORD = String.raw`[\p{XID_Start}_]\p{XID_Continue}*`;
const WHOLE_WORD = new RegExp(`^${WORD}$`, 'u');
const DOTTED = new RegExp(String.raw`^${WORD}(?:\.${WORD})*$`, 'u');
/** What ends a line or hides what is really there. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** Whether it is an identifier of Python's. */
export const isPythonName = (text: string): boolean => WHOLE_WORD.test(text);

/** A part of a dotted name. */
const Name = z
  .string()
  .max(MAX_NAME)
  .regex(/^[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}\p{Pc}]*$/u);

export const NameQuestion = z.strictObject({
  /**
   * - `names`: of the session and built in
   * - `members`: attributes of what `path` stands for
   * - `keys`: texts that it can be subscribed with, as a data frame with its columns
   * - `modules`: to be imported; in the package `path` if there is one
   * - `imports`: what can be imported from the module `path`
   * - `call`: how `path` is called, and what it says of itself
   */
  about: z.enum(['names', 'members', 'keys', 'modules', 'imports', 'call']),
  path: z.array(Name).max(20),
  /** What the names begin with, upper and lower case alike. */
  prefix: z.string().max(MAX_NAME),
});
export type NameQuestion = z.infer<typeof NameQuestion>;

export const NameKind = z.enum([
  'function',
  'method',
  'class',
  'module',
  'property',
  'variable',
  'column',
  'key',
]);
export type NameKind = z.infer<typeof NameKind>;

const isNameOf = (text: string, kind: NameKind): boolean => {
  switch (kind) {
    case 'column':
    case 'key':
      return !UNSEEN.test(text);
    case 'module':
      return DOTTED.test(text);
    case 'function':
    case 'method':
    case 'class':
    case 'property':
    case 'variable':
      return isPythonName(text);
  }
};

/** Columns and keys are any visible text, which may come out of a data file; all else is a name in code. */
const FoundName = z
  .tuple([z.string().max(MAX_NAME), NameKind])
  .refine(([text, kind]) => isNameOf(text, kind));

/** The guest's word: JSON in UTF-8. Nothing when it knows nothing. */
export const NameReport = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('names'),
    names: z.array(FoundName).max(LIMITS.reportedNames),
    /** There are more of them. */
    isCut: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('call'),
    /** `function`, `class` and so on, or the name of its class. */
    type: z.string().max(1000),
    /** Parameters in parentheses; '' where they are not known. */
    signature: z.string().max(5000),
    documentation: z.string().max(20_000),
  }),
]);
export type NameReport = z.infer<typeof NameReport>;

/** Levels and values of a report's JSON. */
export const REPORT_DEPTH = 3;
export const REPORT_VALUES = 3 * LIMITS.reportedNames + 10;
