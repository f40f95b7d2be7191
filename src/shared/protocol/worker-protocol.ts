/** Control thread ↔ worker thread. The worker is the hostile side. */
import { z } from 'zod';
import { deathReport, FinishedRun, RunOrder, RunPiece, SelfChecks } from './interpreter.ts';
import { guestQuestions, interpreterMethods } from './interpreter-methods.ts';
import { PackageFileQuestion, type BlockingCall } from './blocking-calls.ts';
import type { BootMode } from './guest-bridge.ts';
import { defineContract } from '../rpc/contract.ts';
import { PACKAGE_LIMITS } from './package-limits.ts';
import { PlacedPackage } from './package-parts.ts';
import { Bytes } from '../contract/run.ts';
import { MAX_PACKAGE_SNAPSHOT_BYTES } from './snapshot-image.ts';
import { MIB } from '../units.ts';

export const workerContract = defineContract({
  methods: {
    /**
     * Answered when the interpreter is there. The thread is hardened, and its realm made, by then; one that is
     * restored has begun with that as soon as it could.
     */
    boot: { params: z.strictObject({}), result: z.strictObject({ checks: SelfChecks }) },
    ...interpreterMethods,
    ...guestQuestions,
    /** Takes files away, those that are there. Only from an interpreter that no guest enters. */
    takeFiles: {
      params: z.strictObject({
        paths: z.array(z.string().max(2 * PACKAGE_LIMITS.pathLength)).max(PACKAGE_LIMITS.files),
      }),
      /** `index` is that of the path. */
      item: z.strictObject({ index: z.number().int().nonnegative(), bytes: Bytes }),
      result: z.strictObject({}),
    },
    /** The memory of an interpreter started for it, as an image (see snapshot-image.ts) in pieces. */
    takeSnapshot: {
      params: z.strictObject({}),
      item: z.strictObject({ bytes: Bytes }),
      result: z.strictObject({ bytes: z.number().int().positive().max(MAX_PACKAGE_SNAPSHOT_BYTES) }),
    },
    installPackage: { params: PlacedPackage, result: z.strictObject({}) },
    run: {
      params: RunOrder,
      item: RunPiece,
      result: z.discriminatedUnion('kind', [
        FinishedRun,
        z.strictObject({ kind: z.literal('died'), ...deathReport }),
      ]),
    },
  },
  events: {
    /** The thread is blocked until it has the answer, through `WorkerStart.answers`. */
    readPackageFile: PackageFileQuestion,
  },
});
export type WorkerContract = typeof workerContract;

/** What the control thread may send in one message: part of a file, or what files a package has. */
export const TO_WORKER_LIMITS = {
  maxBytes: 16 * MIB + 2 * PACKAGE_LIMITS.files * PACKAGE_LIMITS.pathLength,
  /** Values in it. */
  maxNodes: 2 * PACKAGE_LIMITS.files + 1000,
} as const;

/** What the worker can call at the control thread: nothing. */
export const workerHostContract = defineContract({ methods: {}, events: {} });

/**
 * The first message to a worker. Each worker gets a copy of its own, save for the compiled module, which
 * nothing can change: memory that they shared would let one session's guest reach the next one's.
 */
export interface WorkerStart {
  /** A compiled WebAssembly.Module. */
  readonly wasm: object;
  readonly stdlib: Uint8Array;
  readonly guestScript: string;
  /**
   * The Int32s of `CONTROL_WORDS`, for this worker alone. The guest may write them too: it would only deafen itself.
   */
  readonly interrupts: SharedArrayBuffer;
  /** One Int32: the MiB that this thread uses, as its host measured it last; never handed to the guest. */
  readonly used: SharedArrayBuffer;
  /** Where answers to blocking calls come, see answer-slot.ts; never handed to the guest. */
  readonly answers: Readonly<Record<BlockingCall, SharedArrayBuffer>>;
  /** How the interpreter is started. No guest code runs in one that is started for a snapshot. */
  readonly mode: BootMode;
  /** V8's code of the guest script, or empty. */
  readonly codeCache: Uint8Array;
  /** A MessagePort that gives a `WorkerImage`, before `boot`, to an interpreter that is restored. */
  readonly images: object;
}

/** What an interpreter is restored from. */
export interface WorkerImage {
  /** The image of an interpreter's memory. */
  readonly snapshot: Uint8Array;
  /** Packages in it, to be put where they were. */
  readonly packages: readonly PlacedPackage[];
  /** Their compiled libraries, by path. Nothing can change them. */
  readonly libraries: ReadonlyMap<string, object>;
}
