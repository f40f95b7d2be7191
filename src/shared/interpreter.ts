/** Schemas that both hops, main ↔ sidecar and sidecar ↔ worker, speak. */
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { Bytes, WorkspaceFileName } from './sandbox.ts';

/** One condition that must hold before guest code may run. */
export const SelfCheck = z.strictObject({ name: z.string().max(200), holds: z.boolean() });
export type SelfCheck = z.infer<typeof SelfCheck>;

export const SelfChecks = z.array(SelfCheck).max(100);

/** Part of a file; the first one has `append: false`. */
export const FilePart = z.strictObject({
  name: WorkspaceFileName,
  bytes: Bytes,
  append: z.boolean(),
});
export type FilePart = z.infer<typeof FilePart>;

export const RunOrder = z.strictObject({
  code: z.string().max(LIMITS.codeBytes),
  /** Bytes kept per output stream; the rest is dropped and reported. */
  outputBytes: z.number().int().positive(),
});
export type RunOrder = z.infer<typeof RunOrder>;

/**
 * Streamed while a run goes on. 'outcome' carries the guest's report (JSON in UTF-8, see `GuestOutcome`) in
 * pieces, since a large one would not fit into one message of a locked-down process.
 */
export const RunPiece = z.strictObject({
  channel: z.enum(['stdout', 'stderr', 'outcome']),
  bytes: Bytes.refine((bytes) => bytes.byteLength <= LIMITS.sidecarMessageBytes),
});
export type RunPiece = z.infer<typeof RunPiece>;

/** Largest piece of output or outcome in one message, in bytes: leaves room for the message around it. */
export const PIECE_BYTES = LIMITS.sidecarMessageBytes - 4_000;

/** In UTF-16 units. Together they fit into one message. */
export const MAX_DEATH_DETAIL = 2000;
export const MAX_DEATH_STACK = 16_000;

/** Why an interpreter ended before its run did. */
export const DeathCause = z.enum(['fatal', 'exited', 'out-of-memory', 'misbehaved', 'closed']);
export type DeathCause = z.infer<typeof DeathCause>;

/** What is known of a death; both texts may be the guest's. */
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

/** All bytes that one run may send up: both output streams and the outcome around the value and the error. */
export const runBudgetBytes = (outputBytes: number): number =>
  2 * outputBytes + outcomeBudgetBytes(outputBytes);

/**
 * The outcome's share. Its texts are cut to `outputBytes` characters each (value, message; up to 6 bytes a
 * character as JSON), traceback, JSON value and file list have caps of their own.
 */
export const outcomeBudgetBytes = (outputBytes: number): number => 12 * outputBytes + 4 * 1024 * 1024;

/** Pieces smaller than `PIECE_BYTES` that one output stream of a run may send. */
export const MAX_SMALL_PIECES = 50_000;

/** What a piece costs in a stream's window beside its bytes, rounded up. */
const PIECE_OVERHEAD_BYTES = 256;

/**
 * Window for a run's stream. The guest blocks its thread, so the sender can't wait for room: there has to be
 * room for all it may send.
 */
export const runWindowBytes = (outputBytes: number): number =>
  2 * runBudgetBytes(outputBytes) + 2 * MAX_SMALL_PIECES * PIECE_OVERHEAD_BYTES;
