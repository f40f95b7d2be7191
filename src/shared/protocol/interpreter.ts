/** Schemas of both connections, main ↔ sidecar and sidecar ↔ worker. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { CallNumber, FontsQuestion, FunctionQuestion, InputQuestion } from './blocking-calls.ts';
import { CheckedLayerName } from '../contract/isolation.ts';
import { Bytes, MimeType, RunRequest, WorkspaceFileName } from '../contract/run.ts';
import { FoundFiles, ReportedFiles } from './guest-report.ts';

const MAX_CHECK_DETAIL = 500;

/** One condition that must hold before guest code may run. */
export const SelfCheck = z.strictObject({
  name: z.string().max(200),
  /** The isolation layer that is absent if the condition fails; null if the engine is then unsuitable. */
  layer: CheckedLayerName.nullable(),
  holds: z.boolean(),
  /** Where it does not hold: what was found instead, and in which engine. */
  detail: z.string().max(MAX_CHECK_DETAIL).optional(),
});
export type SelfCheck = z.infer<typeof SelfCheck>;

/** @param otherwise what was found instead, if it does not hold */
export const selfCheck = (
  layer: SelfCheck['layer'],
  name: string,
  holds: boolean,
  otherwise: string,
): SelfCheck =>
  holds ? { name, layer, holds } : { name, layer, holds, detail: otherwise.slice(0, MAX_CHECK_DETAIL) };

/** Describes the conditions that fail. */
export const failuresOf = (checks: readonly SelfCheck[]): string[] =>
  checks
    .filter(({ holds }) => !holds)
    .map(({ name, detail }) => (detail === undefined ? name : `${name} (${detail})`));

export const SelfChecks = z.array(SelfCheck).max(100);

/** Part of a file; the first one has `append: false`. */
export const FilePart = z.strictObject({
  name: WorkspaceFileName,
  bytes: Bytes,
  append: z.boolean(),
});
export type FilePart = z.infer<typeof FilePart>;

/** What is known of a run beside its code, see run_facts.py. */
export const RunFacts = RunRequest.pick({ args: true, script: true, columns: true }).extend({
  /**
   * Given when nothing is run in the interpreter after it: its end is that of the program, which may take that many
   * seconds.
   */
  endSeconds: z.number().positive().optional(),
  /** The functions of the app's that it may call: JSON, see `FunctionFacts`. Absent when there are none. */
  functions: z.string().max(LIMITS.functionTextLength).optional(),
  /** Whoever runs it asks for rows of the data frames that it shows: they get the form `TABLE_MIME`, too. */
  tables: z.boolean().optional(),
  /** See `RunOptions.number`. */
  number: z.int().positive().optional(),
});
export type RunFacts = z.infer<typeof RunFacts>;

export const RunOrder = z.strictObject({
  code: z.string().max(LIMITS.codeBytes),
  facts: RunFacts.optional(),
  /** Bytes kept per output stream; the rest is dropped and reported. */
  outputBytes: z.number().int().positive(),
  /** Whether someone answers `input()`; otherwise it finds the end of the file. */
  input: z.boolean(),
});
export type RunOrder = z.infer<typeof RunOrder>;

/** Most bytes of one message: sending a larger one kills a locked-down process. */
export const PieceBytes = Bytes.refine((bytes) => bytes.byteLength <= LIMITS.sidecarMessageBytes);

/** Streamed while a run goes on, in the order in which things happened. */
export const RunPiece = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.enum(['stdout', 'stderr']), bytes: PieceBytes }),
  /** The guest's report, JSON in UTF-8 (see `GuestReport`). */
  z.strictObject({ channel: z.literal('outcome'), bytes: PieceBytes }),
  /** Something to show, JSON in UTF-8 (see `GuestDisplay`); whole with the piece that is the last. */
  z.strictObject({ channel: z.literal('display'), bytes: PieceBytes, last: z.boolean() }),
  /** The guest's thread is blocked until `answerInput` answers that call. */
  InputQuestion.extend({ channel: z.literal('input') }),
  /** A call of a function; whole with the piece that is the last. The thread is blocked until `answerFunction`. */
  FunctionQuestion.extend({ channel: z.literal('call'), bytes: PieceBytes }),
  /** The next part of the answer is wanted, as another call of its own number. */
  z.strictObject({ channel: z.literal('call-rest'), call: CallNumber }),
  /** The guest's thread is blocked until `answerFonts` answers that call. */
  FontsQuestion.extend({ channel: z.literal('fonts') }),
]);
export type RunPiece = z.infer<typeof RunPiece>;

/** What the control thread sends of a run: the pieces of the interpreter's thread, and what it sees itself. */
export const SidecarPiece = z.discriminatedUnion('channel', [
  ...RunPiece.options,
  /** Files of that package are read, which was put in without having been imported: that is what importing it does. */
  z.strictObject({ channel: z.literal('reading'), packageName: z.string().max(128) }),
]);
export type SidecarPiece = z.infer<typeof SidecarPiece>;

/**
 * What the guest shows. Pairs, not an object, so that no name a guest may choose is a key before it is checked;
 * `cut` when something of it was left out.
 */
export const GuestDisplay = z.strictObject({
  mime: z
    .array(z.tuple([MimeType, z.string()]))
    .min(1)
    .max(LIMITS.displayMimeTypes),
  cut: z.boolean(),
});
export type GuestDisplay = z.infer<typeof GuestDisplay>;

/** The files below /workspace: those that the realm found, and what the guest says of them. */
export const GuestFileList = z.strictObject({ found: FoundFiles, said: ReportedFiles });

/** Largest piece of output or outcome in one message, in bytes: leaves room for the message around it. */
export const PIECE_BYTES = LIMITS.sidecarMessageBytes - 4_000;

/** In UTF-16 units. Together they fit into one message. */
export const MAX_DEATH_DETAIL = 2000;
export const MAX_DEATH_STACK = 16_000;

/** Why an interpreter ended before its run did. */
export const DeathCause = z.enum(['fatal', 'exited', 'out-of-memory', 'misbehaved', 'closed']);
export type DeathCause = z.infer<typeof DeathCause>;

/** Details of a death; both texts may be written by the guest. */
export const deathReport = {
  detail: z.string().max(MAX_DEATH_DETAIL),
  /** Python's stack, innermost call first, or ''. */
  stack: z.string().max(MAX_DEATH_STACK),
} as const;

/** A run that came to its own end. */
export const FinishedRun = z.strictObject({
  kind: z.literal('finished'),
  outputCut: z.boolean(),
  /** The outcome, when it is small enough; empty when it was streamed before. */
  outcome: Bytes.refine((bytes) => bytes.byteLength <= PIECE_BYTES),
});

export type FinishedRun = z.infer<typeof FinishedRun>;

export const RunEnd = z.discriminatedUnion('kind', [
  FinishedRun,
  /** The interpreter is gone, and its state with it. */
  z.strictObject({ kind: z.literal('died'), cause: DeathCause, ...deathReport }),
]);
export type RunEnd = z.infer<typeof RunEnd>;

/** All bytes that one run may send up: both output streams, what it shows, and the outcome around value and error. */
const runBudgetBytes = (outputBytes: number): number =>
  2 * outputBytes + outcomeBudgetBytes(outputBytes) + LIMITS.totalDisplayBytes;

/**
 * The outcome's share. Its texts are cut to `outputBytes` characters each (value, message; up to 6 bytes a
 * character as JSON), traceback, JSON value and file list have caps of their own.
 */
export const outcomeBudgetBytes = (outputBytes: number): number => 12 * outputBytes + 4 * 1024 * 1024;

/** Pieces smaller than `PIECE_BYTES` that one output stream of a run may send. */
export const MAX_SMALL_PIECES = 50_000;

/** Times that one run may ask for input: each is a message. */
export const MAX_QUESTIONS = 50_000;

/** All prompts of a run together, in UTF-16 units; later questions have none. */
export const MAX_PROMPT_UNITS = 1024 * 1024;

/** Times that one run may ask for a further part of an answer. */
export const MAX_ANSWER_PARTS = 10_000;

/** Times that one run may ask for fonts. */
export const MAX_FONT_QUESTIONS = 8;

/** Times that reading is told of in one run. */
export const MAX_PACKAGE_READS = 500;

/** What a piece costs in a stream's window beside its bytes, rounded up. */
const PIECE_OVERHEAD_BYTES = 256;

/**
 * Window for a run's stream. The guest blocks its thread, so the sender can't wait for room: there has to be
 * room for all it may send.
 */
export const runWindowBytes = (outputBytes: number, hasFunctions = false): number =>
  2 * (runBudgetBytes(outputBytes) + MAX_PROMPT_UNITS) +
  (2 * MAX_SMALL_PIECES + LIMITS.displayCount + MAX_QUESTIONS + MAX_FONT_QUESTIONS + MAX_PACKAGE_READS) *
    PIECE_OVERHEAD_BYTES +
  (hasFunctions ? CALLS_WINDOW_BYTES : 0);

/** Room for calls, whose pieces are whole but for the last of each. */
const CALLS_WINDOW_BYTES =
  LIMITS.totalCallBytes +
  (LIMITS.functionCalls + Math.ceil(LIMITS.totalCallBytes / PIECE_BYTES) + MAX_ANSWER_PARTS) *
    PIECE_OVERHEAD_BYTES;
