import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { RunStatus } from '../../src/shared/contract/run.ts';

const Pattern = z.string().refine((source) => {
  // Placeholders are filled in later.
  try {
    return new RegExp(source.replace(/\{\{\w+\}\}/gu, ''), 'mu') instanceof RegExp;
  } catch {
    return false;
  }
}, 'is no regular expression');

/** What must be seen of one run. Each pattern is a regular expression. */
const Expectation = z.strictObject({
  status: z.array(RunStatus).min(1),
  stdout: Pattern.optional(),
  /** Of "type: message". */
  error: Pattern.optional(),
  /** Found in no output, value or error. */
  never: Pattern.optional(),
  truncated: z.boolean().optional(),
  /** Number of new files. */
  files: z.number().int().optional(),
  /** Every value that the runs print differs from those of the runs before. */
  differs: z.boolean().optional(),
  /** The case's runs share a session. */
  session: z.boolean().optional(),
});
export type Expectation = z.infer<typeof Expectation>;

const Case = z.strictObject({
  id: z.string(),
  class: z.enum(['host-escape', 'filesystem', 'network', 'process', 'state-leak', 'output']),
  tries: z.string(),
  /** How the same code shows that it reaches the host where nothing holds it back. */
  unhardened: z
    .union([z.strictObject({ prints: Pattern }), z.strictObject({ creates: z.string() })])
    .optional(),
  runs: z
    .array(
      z.strictObject({
        code: z.array(z.string()).transform((lines) => lines.join('\n')),
        timeoutMs: z.number().int().optional(),
        expect: Expectation,
      }),
    )
    .min(1),
});
export type SecurityCase = z.infer<typeof Case>;

const File = z.strictObject({
  note: z.string(),
  cases: z
    .array(Case)
    .refine((cases) => new Set(cases.map(({ id }) => id)).size === cases.length, 'an id is used twice'),
});

export const securityCases: readonly SecurityCase[] = File.parse(
  JSON.parse(readFileSync(new URL('../security/cases.json', import.meta.url), 'utf8')),
).cases;
