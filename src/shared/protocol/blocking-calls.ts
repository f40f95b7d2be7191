/**
 * Declares the calls on which a guest's thread blocks until it has the answer. A question is sent as a message with a
 * number; a blocked thread reads no messages, so the answer comes through shared memory (see answer-slot.ts). Each kind of call
 * has its own slot, because an interrupted call may still be open when another one is made.
 */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { Bytes } from '../contract/run.ts';
import { FontModule } from '../plot-fonts.ts';
import { FONTS_ANSWER_BYTES, FUNCTION_PART_BYTES, INPUT_PART_BYTES } from './call-codes.ts';

/** Each call of an interpreter has the next number, from 1 to the last one and then from 1 again. */
export const LAST_CALL = 2 ** 31 - 1;
export const CallNumber = z.int().min(1).max(LAST_CALL);

/** Modules of fonts in one request. */
const MAX_FONTS_AT_ONCE = 8;

export const blockingCalls = {
  /**
   * A line of standard input, in parts; no bytes at the end of the input. Answered by main, and asked for in the run's
   * stream, as what was printed before is to be seen before.
   */
  readInput: {
    request: z.strictObject({
      /** Prompt of `input()`. */
      prompt: z.string().max(LIMITS.promptLength),
      /** Whether the line must not be displayed. */
      secret: z.boolean(),
    }),
    partBytes: INPUT_PART_BYTES,
    interruptible: true,
    limitMs: null,
  },
  /** A part of a package's file. Answered by the control thread, which keeps the packages. */
  readPackageFile: {
    request: z.strictObject({
      /** Number of the file in that interpreter. */
      id: z.int().nonnegative(),
      /** Where the part begins, in bytes. */
      offset: z.int().nonnegative(),
      /** How many bytes of the files that follow may come behind the last part of this one: only whole files do. Left out: none. */
      ahead: z.int().nonnegative().exactOptional(),
    }),
    // Most files of packages are smaller.
    partBytes: 512 * 1024,
    interruptible: false,
    limitMs: 30_000,
  },
  /**
   * A function of the app's, with which it answers in parts. Asked for in the run's stream, as what was printed before
   * is to be seen before; answered by main.
   */
  callFunction: {
    request: z.strictObject({
      /** The guest's own number of the call: the same when it asks again after an interrupt. */
      id: z.int().nonnegative(),
      /** Function and arguments as JSON, see `FunctionCall`. Null requests the next part of the answer. */
      json: z.string().max(LIMITS.callBytes).nullable(),
    }),
    partBytes: FUNCTION_PART_BYTES,
    interruptible: true,
    limitMs: null,
  },
  /**
   * Packages with fonts for a plot that is being drawn. Asked for in the run's stream; main fetches them, and the control
   * thread answers with what files they have, a list of `PlacedPackage` as JSON. No bytes when there are none.
   */
  fetchFonts: {
    request: z.strictObject({ modules: z.array(FontModule).min(1).max(MAX_FONTS_AT_ONCE) }),
    partBytes: FONTS_ANSWER_BYTES,
    interruptible: true,
    limitMs: null,
  },
} as const;

export type BlockingCall = keyof typeof blockingCalls;
const NAMES: ReadonlySet<unknown> = new Set(Object.keys(blockingCalls));
/** @param name untrusted */
export const isBlockingCall = (name: unknown): name is BlockingCall => NAMES.has(name);

export type CallRequest<C extends BlockingCall> = z.output<(typeof blockingCalls)[C]['request']>;

/** Asks main for a line of input, in a run's stream. */
export const InputQuestion = blockingCalls.readInput.request.extend({ call: CallNumber });
export type InputQuestion = z.infer<typeof InputQuestion>;

/** Calls a function of the app's: all pieces together are a `FunctionCall`, JSON in UTF-8. */
export const FunctionQuestion = z.strictObject({ call: CallNumber, bytes: Bytes, last: z.boolean() });
export type FunctionQuestion = z.infer<typeof FunctionQuestion>;

/** Asks main for packages with fonts, in a run's stream. */
export const FontsQuestion = blockingCalls.fetchFonts.request.extend({ call: CallNumber });
export type FontsQuestion = z.infer<typeof FontsQuestion>;

/** Asks the control thread for a part of a package's file. */
export const PackageFileQuestion = blockingCalls.readPackageFile.request.extend({ call: CallNumber });
export type PackageFileQuestion = z.infer<typeof PackageFileQuestion>;

/** Answers to a blocked thread. */
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
  /** Reading the input failed. */
  z.strictObject({ kind: z.literal('failed') }),
]);
export type InputAnswer = z.infer<typeof InputAnswer>;

/** Part of the answer to `callFunction`, with the byte before it that says whether it is the last. */
export const FunctionAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bytes'),
    bytes: Bytes.refine((bytes) => bytes.byteLength > 0 && bytes.byteLength <= FUNCTION_PART_BYTES),
  }),
  /** There is none: nothing was called. */
  z.strictObject({ kind: z.literal('failed') }),
]);
export type FunctionAnswer = z.infer<typeof FunctionAnswer>;

/** `Atomics.wait`, which a page's main thread and so the shared code's types do not have. */
export type AtomicsWait = (
  memory: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  limitMs: number,
) => 'ok' | 'not-equal' | 'timed-out';
