/**
 * The run contract: what every caller sends (`RunRequest`) and what every run gives back (`RunResult`),
 * the same for the library, the command line's `--json` and the window.
 */
import { z } from 'zod';
import { utf8Length } from '../bytes.ts';
import { JsonData } from '../json-data.ts';
import { LIMITS } from '../limits.ts';
import { PythonRuntime } from '../runtimes.ts';
import { MAX_MIME_CHARACTERS } from './mime-types.ts';
import { workspaceNameProblem } from './workspace-path.ts';

/** `a` and `a/b` for `a/b/c`. */
const parentFolders = (name: string): string[] => {
  const segments = name.split('/');
  return segments.slice(1).map((_segment, index) => segments.slice(0, index + 1).join('/'));
};

/** A byte array; over which kind of memory is up to its sender. */
export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');

export const WorkspaceFileName = z.string().superRefine((name, context) => {
  const problem = workspaceNameProblem(name);
  if (problem !== null) context.addIssue({ code: 'custom', message: `file name ${problem}` });
});

export const InputFile = z.strictObject({
  /** Path relative to /workspace, which is the run's working directory. */
  name: WorkspaceFileName,
  bytes: Bytes.refine(
    (bytes) => bytes.byteLength <= LIMITS.fileBytes,
    `file is larger than ${LIMITS.fileBytes} bytes`,
  ),
});
export type InputFile = z.infer<typeof InputFile>;

export const SessionName = z
  .string()
  .min(1)
  .max(LIMITS.sessionNameLength, { abort: true })
  .regex(/^[\w.-]+$/u, 'session names consist of letters, digits, ".", "_" and "-"');

export const TimeoutMs = z.number().int().min(LIMITS.timeoutMs.min).max(LIMITS.timeoutMs.max);

export const RunRequest = z.strictObject({
  /** Python source. The value of its last expression becomes `RunResult.value`. */
  code: z
    .string()
    // No text of more units has fewer bytes: it need not be gone through.
    .max(LIMITS.codeBytes, { abort: true, error: `code is longer than ${LIMITS.codeBytes} bytes` })
    .refine((code) => utf8Length(code) <= LIMITS.codeBytes, `code is longer than ${LIMITS.codeBytes} bytes`),
  /** Runs with one session name share state. Without a name the run gets a fresh interpreter of its own. */
  session: SessionName.optional(),
  /** Time limit of the run itself in ms; start-up and waiting have budgets of their own. */
  timeoutMs: TimeoutMs.optional(),
  files: z
    .array(InputFile)
    .max(LIMITS.fileCount)
    .superRefine((files, context) => {
      const seen = new Set<string>();
      let total = 0;
      for (const file of files) {
        if (seen.has(file.name)) {
          context.addIssue({ code: 'custom', message: `two files are named ${JSON.stringify(file.name)}` });
        }
        seen.add(file.name);
        total += file.bytes.byteLength;
      }
      for (const { name } of files) {
        const folder = parentFolders(name).find((parent) => seen.has(parent));
        if (folder !== undefined) {
          const message = `${JSON.stringify(folder)} is a file and the folder of ${JSON.stringify(name)} at once`;
          context.addIssue({ code: 'custom', message });
        }
      }
      if (total > LIMITS.totalFileBytes) {
        context.addIssue({
          code: 'custom',
          message: `files are larger than ${LIMITS.totalFileBytes} bytes together`,
        });
      }
    })
    .optional(),
  packages: z.array(z.string().min(1).max(128)).max(128).optional(),
  /** What the code finds in `sys.argv` after its own name. */
  args: z
    .array(z.string().max(LIMITS.argumentsLength))
    .max(LIMITS.argumentCount)
    .refine(
      (args) => args.reduce((sum, arg) => sum + arg.length, 0) <= LIMITS.argumentsLength,
      `arguments are longer than ${LIMITS.argumentsLength} characters together`,
    )
    .optional(),
  /** The code's own name below /workspace: `__file__` and `sys.argv[0]`. It can be read when it is among `files`. */
  script: WorkspaceFileName.optional(),
  /** How wide a terminal the code finds; left out, a wide one. */
  columns: z.number().int().min(LIMITS.columns.min).max(LIMITS.columns.max).optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;

export const RunStatus = z.enum([
  'ok',
  'error',
  'timeout',
  'cancelled',
  'out-of-memory',
  'crashed',
  'setup-failed',
]);
export type RunStatus = z.infer<typeof RunStatus>;

export const RunValue = z.strictObject({
  /** `str()` of the value, cut to the output limit. */
  text: z.string(),
  /** Present when the value is exactly representable as JSON and small enough. */
  json: JsonData.optional(),
});
export type RunValue = z.infer<typeof RunValue>;

/** What went wrong, in the guest's terms: never a host frame, never a host path. */
export const RunError = z.strictObject({
  /** Python exception type (`ZeroDivisionError`), or the verdict's name for the sandbox's own verdicts. */
  type: z.string(),
  message: z.string(),
  /** Guest frames only; empty for the sandbox's own verdicts. */
  traceback: z.string(),
  /** 1-based line of the run's source, or null when no line of it is to blame. */
  line: z.number().int().positive().nullable(),
});
export type RunError = z.infer<typeof RunError>;

/** Type of the error of a run that was not begun since a package could not be had; its status is `setup-failed`. */
export const PACKAGES_MISSING = 'PackagesMissing';

/** How the message of a crashed run begins whose interpreter ended, and not the process with it; the reason follows. */
export const INTERPRETER_ENDED = 'the Python interpreter ended: ';

/** `text/html`: type and subtype of restricted names as RFC 6838 has them, in lower case. */
export const MimeType = z
  .string()
  .max(MAX_MIME_CHARACTERS, { abort: true })
  .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/u, 'must be a MIME type');

/** A file below /workspace. Its name has no way out of there, and nothing that a reader would take for another name. */
export const OutputFile = z.strictObject({
  name: WorkspaceFileName,
  /** In bytes. */
  size: z.number().int().nonnegative().max(LIMITS.listedFileBytes),
  mime: MimeType,
});
export type OutputFile = z.infer<typeof OutputFile>;

/**
 * Something that a reader of a result should know. Codes are stable; messages are for people, in English. The window
 * says it in its user's language, with the values.
 */
export const RunNotice = z.strictObject({
  code: z.enum([
    'files-left-out',
    'too-many-files',
    'files-elsewhere',
    'files-renamed',
    'files-open',
    'absent',
    'package-not-installed',
  ]),
  message: z.string(),
  /** What the message is about: names of files, sizes, or what is absent. */
  values: z.record(z.string(), z.string()).exactOptional(),
});
export type RunNotice = z.infer<typeof RunNotice>;

/**
 * What became of the session's state: kept; reset, because it was a run's own; or lost, through a stop or a
 * death. A run that ends 'ok' says 'lost' when what earlier runs had left was gone before it began.
 */
export const SessionState = z.enum(['kept', 'reset', 'lost']);
export type SessionState = z.infer<typeof SessionState>;

export const RunTiming = z.strictObject({
  /** Waiting for a free interpreter, in ms. */
  waitMs: z.number().nonnegative(),
  /** Starting the sidecar and the interpreter, in ms. */
  startMs: z.number().nonnegative(),
  /** Installing packages, in ms. */
  packagesMs: z.number().nonnegative(),
  /** Running the code, formatting its value included, in ms. */
  runMs: z.number().nonnegative(),
});
export type RunTiming = z.infer<typeof RunTiming>;

/** One thing shown by `display()`, a plot, or the value: the same content in one or more forms. */
export const RunDisplay = z.strictObject({
  /** MIME type to content. Text as it is, JSON as its text, binary kinds in base64. All of it the guest's. */
  mime: z.record(MimeType, z.string()),
});
export type RunDisplay = z.infer<typeof RunDisplay>;

/**
 * What became of a call: `denied` at the gate; `refused` before it, for its arguments, its name or a limit; `error`:
 * the function failed; `abandoned`: nobody waits for it any longer, and what it has done so far is done.
 */
export const CallOutcome = z.enum(['ok', 'error', 'denied', 'refused', 'abandoned']);
export type CallOutcome = z.infer<typeof CallOutcome>;

/** A call of a function of the app's. */
export const RunCall = z.strictObject({
  /** As the code gave it: of a refused call any text. */
  name: z.string().max(LIMITS.functionNameLength),
  /** Of the call and of what was answered, as JSON in UTF-8. */
  bytes: z.number().int().nonnegative(),
  resultBytes: z.number().int().nonnegative(),
  /** From the call to its answer, a decision that was waited for included. */
  ms: z.number().nonnegative(),
  outcome: CallOutcome,
  /** Only where the app wants them kept. */
  arguments: JsonData.exactOptional(),
});
export type RunCall = z.infer<typeof RunCall>;

/** What Python says of its run (outcome.py) and a result has just so: what is declared here goes all the way by itself. */
export const GuestResultFields = z.strictObject({
  /**
   * Last expression; null when there is none (None counts as none, and so does what shows itself by
   * `_ipython_display_`), and in the result of a run that did not end by itself.
   */
  value: RunValue.nullable(),
});
export type GuestResultFields = z.infer<typeof GuestResultFields>;

/** Of a run whose interpreter is gone. */
export const NO_GUEST_RESULT: GuestResultFields = { value: null };

export const RunResult = z.strictObject({
  status: RunStatus,
  ...GuestResultFields.shape,
  stdout: z.string(),
  stderr: z.string(),
  /** True when stdout, stderr, the value, the error text, an output or the list of files was cut. */
  truncated: z.boolean(),
  /** display() calls and plots in order; at the end the value, when it has more than text to show. */
  outputs: z.array(RunDisplay),
  /** New or changed files below /workspace. */
  files: z.array(OutputFile),
  error: RunError.nullable(),
  session: z.strictObject({ id: z.string(), state: SessionState }),
  /** Packages installed for this run. */
  packages: z.array(z.string()),
  /** What a reader should know beside it. */
  notices: z.array(RunNotice),
  timing: RunTiming,
  runtime: PythonRuntime,
  /** Calls of the app's functions, in the order in which they were settled; absent where the run was given none. */
  calls: z.array(RunCall).max(LIMITS.functionCalls).exactOptional(),
});
export type RunResult = z.infer<typeof RunResult>;

/** How a session ended. */
export const EndedSession = z.strictObject({
  /** Whether it had state, or had lost it without saying so. */
  had: z.boolean(),
  /** What its end printed, showed and wrote; null when it had no interpreter. */
  end: RunResult.nullable(),
});
export type EndedSession = z.infer<typeof EndedSession>;

/** Of a named session in the sandbox. */
export interface SessionMemory {
  readonly session: string;
  /** For its data, files and objects, as it was measured last: while it runs and at the end of each run. */
  readonly usedMiB: number;
}

/** Streamed while a run goes on. Raw bytes: a chunk may end inside a UTF-8 sequence. */
export const RunOutput = z.strictObject({
  stream: z.enum(['stdout', 'stderr']),
  bytes: Bytes,
});
export type RunOutput = z.infer<typeof RunOutput>;

/** A file that a run made or changed, with what is in it, or why it could not be handed out. */
export const CollectedFile = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('whole'), name: WorkspaceFileName, mime: z.string(), bytes: Bytes }),
  z.strictObject({ kind: z.literal('left-out'), name: z.string(), why: z.string() }),
]);
export type CollectedFile = z.infer<typeof CollectedFile>;
