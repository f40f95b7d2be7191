import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const Pattern = z.string().refine((source) => new RegExp(source, 'u') instanceof RegExp);

/** A script as people paste it, and what the command line is to make of it. */
const PastedScript = z.strictObject({
  /** Of its file, without the ending. */
  name: z.string(),
  kind: z.string(),
  code: z.array(z.string()).transform((lines) => `${lines.join('\n')}\n`),
  /** Whether it is given after -c instead. */
  inline: z.boolean().default(false),
  /** Its own arguments. */
  args: z.array(z.string()).default([]),
  /** Files of tests/cases that it is given. */
  give: z.array(z.string()).default([]),
  /** Whether it needs packages. */
  packages: z.boolean().default(false),
  /** In s. */
  timeout: z.number().optional(),
  exit: z.number().int().default(0),
  stdout: Pattern.optional(),
  /** Without it nothing is said on stderr when all went well. */
  stderr: Pattern.optional(),
  /** How many pictures are shown. */
  shown: z.number().int().default(0),
  /** All that is in the folder given with --out, once more where nothing is to be in it. */
  files: z.array(z.string()).optional(),
});
export type PastedScript = z.infer<typeof PastedScript>;

export const CASES_FOLDER = path.join(import.meta.dirname, '../cases');

export const pastedScripts = (): PastedScript[] =>
  z
    .strictObject({ cases: z.array(PastedScript) })
    .parse(JSON.parse(readFileSync(path.join(CASES_FOLDER, 'pasted-scripts.json'), 'utf8'))).cases;
