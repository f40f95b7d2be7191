/**
 * What a guest's thread asks for and blocks on until it has the answer, declared once. A question goes up as a message
 * with a number; since a blocked thread reads no messages, the answer comes through memory (see answer-slot.ts). Each
 * call has its own, as one that was interrupted may still be open when another one is made.
 */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { Bytes } from '../contract/sandbox.ts';
import { INPUT_PART_BYTES } from './call-codes.ts';

/** Each call of an interpreter has the next number, from 1 to the last one and then from 1 again. */
export const LAST_CALL = 2 ** 31 - 1;
export const CallNumber = z.int().min(1).max(LAST_CALL);

export const blockingCalls = {
  /**
   * A line of standard input, in parts; no bytes at the end of the input. Answered by main, and asked for in the run's
   * stream, as what was printed before is to be seen before.
   */
  readInput: {
    request: z.strictObject({
      /** What `input()` asks with. */
      prompt: z.string().max(LIMITS.promptLength),
      /** Whether the line must not be seen. */
      secret: z.boolean(),
    }),
    partBytes: INPUT_PART_BYTES,
    interruptible: true,
    limitMs: null,
  },
  /** A part of a package's file. Answered by the control thread, with which the packages lie. */
  readPackageFile: {
    request: z.strictObject({
      /** Number of the file in that interpreter. */
      id: z.int().nonnegative(),
      /** Where the part begins, in bytes. */
      offset: z.int().nonnegative(),
    }),
    // Most files of packages are smaller.
    partBytes: 512 * 1024,
    interruptible: false,
    limitMs: 30_000,
  },
} as const;

export type BlockingCall = keyof typeof blockingCalls;
export type CallRequest<C extends BlockingCall> = z.output<(typeof blockingCalls)[C]['request']>;

/** Asks main for a line of input, in a run's stream. */
export const InputQuestion = blockingCalls.readInput.request.extend({ call: CallNumber });
export type InputQuestion = z.infer<typeof InputQuestion>;

/** Asks the control thread for a part of a package's file. */
export const PackageFileQuestion = blockingCalls.readPackageFile.request.extend({ call: CallNumber });
export type PackageFileQuestion = z.infer<typeof PackageFileQuestion>;

/** What a blocked thread gets. */
export type CallAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** There is no more. */
  | { readonly kind: 'end' }
  | { readonly kind: 'failed' };

/** The answer to `readInput`. A line comes in parts, each asked for. */
export const InputAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bytes'),
    bytes: Bytes.refine((bytes) => bytes.byteLength > 0 && bytes.byteLength <= INPUT_PART_BYTES),
  }),
  /** There is no more input. */
  z.strictObject({ kind: z.literal('end') }),
  /** There was something wrong with the input. */
  z.strictObject({ kind: z.literal('failed') }),
]);
export type InputAnswer = z.infer<typeof InputAnswer>;

/** `Atomics.wait`, which a page's main thread and so the shared code's types do not have. */
export type AtomicsWait = (
  memory: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  limitMs: number,
) => 'ok' | 'not-equal' | 'timed-out';
