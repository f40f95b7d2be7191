/** What the tools take and give. The descriptions are for the model. */
import { z } from 'zod';
import { RunStatus, SessionName, SessionState, WorkspaceFileName } from '../../shared/contract/run.ts';
import { LIMITS } from '../../shared/limits.ts';

/** Text or base64 in a call; larger files come by path. */
const MAX_CONTENT = 4 * 1024 * 1024;

const Session = SessionName.describe(
  'Handle of a session, as a former answer gave it. Leave it out for a new one.',
);
const Path = z.string().min(1).max(LIMITS.pathLength);
const Name = WorkspaceFileName.describe('Name in /workspace, such as data.csv or in/data.csv');

const Content = {
  text: z.string().max(MAX_CONTENT).optional().describe('The content as text'),
  base64: z.base64().max(MAX_CONTENT).optional().describe('The content of a binary file'),
  path: Path.optional().describe("A file of the user's computer, in a folder that is open to this server"),
};

const hasOne = ({ base64, path, text }: { base64?: unknown; path?: unknown; text?: unknown }): boolean =>
  [text, base64, path].filter((given) => given !== undefined).length === 1;
const ONE_CONTENT = 'give exactly one of "text", "base64" and "path"';

/** The names of fields are the client's, and may be of any length and number. */
const UNKNOWN_FIELD = {
  error: (issue: z.core.$ZodRawIssue) =>
    issue.code === 'unrecognized_keys'
      ? `there is no field ${JSON.stringify((issue.keys[0] ?? '').slice(0, 64))}`
      : undefined,
};

export const InputFileArgument = z
  .strictObject({ name: Name, ...Content }, UNKNOWN_FIELD)
  .refine(hasOne, ONE_CONTENT);
export type InputFileArgument = z.infer<typeof InputFileArgument>;

export const RunInput = z.strictObject(
  {
    script: z
      .string()
      .max(LIMITS.codeBytes)
      .describe('Python code. The value of its last expression is shown.'),
    session: Session.optional(),
    packages: z
      .array(z.string().min(1).max(128))
      .max(32)
      .optional()
      .describe('Packages to install that the code does not import by name'),
    files: z.array(InputFileArgument).max(32).optional().describe('Files to put into /workspace first'),
    timeout_seconds: z
      .number()
      .min(LIMITS.timeoutMs.min / 1000)
      .max(600)
      .optional()
      .describe('Time limit of the code itself'),
  },
  UNKNOWN_FIELD,
);

const OutputFile = z.object({ name: z.string(), size: z.number(), mime: z.string() });

export const RunOutput = z.object({
  session: z.string().describe('Pass it on to go on with the variables and files of this run'),
  status: z
    .enum([...RunStatus.options, 'under-way'])
    .describe(
      '"under-way": call again with all that this call was given, and the session, to get the result',
    ),
  state: SessionState.describe('What became of variables and files of the session'),
  truncated: z.boolean(),
  error_type: z.string().nullable(),
  error_line: z.number().nullable(),
  packages: z.array(z.string()).describe('Packages installed for this run'),
  milliseconds: z.number(),
});
export type RunOutput = z.infer<typeof RunOutput>;

export const SessionInput = z.strictObject({ session: Session }, UNKNOWN_FIELD);
export const ResetOutput = z.object({ had_state: z.boolean() });
export const FilesOutput = z.object({ files: z.array(OutputFile) });

export const ReadInput = z.strictObject(
  {
    session: Session,
    name: Name,
    offset: z.int().min(0).optional().describe('First byte; 0 by default'),
    to_path: Path.optional().describe(
      "Write the whole file to this path of the user's computer instead, in a folder that is open to this server for writing",
    ),
  },
  UNKNOWN_FIELD,
);
export const ReadOutput = z.object({
  size: z.number().describe('Of the whole file, in bytes'),
  offset: z.number(),
  next_offset: z.number().nullable().describe('Where to go on; null at the end'),
  encoding: z.enum(['text', 'base64', 'none']),
});

export const WriteInput = z
  .strictObject({ session: Session.optional(), name: Name, ...Content }, UNKNOWN_FIELD)
  .refine(hasOne, ONE_CONTENT);
export const WriteOutput = z.object({ session: z.string(), size: z.number() });
