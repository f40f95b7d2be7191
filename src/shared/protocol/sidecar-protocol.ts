/** Main ↔ control thread of the sidecar. The sidecar is the hostile side. */
import { z } from 'zod';
import { CallNumber, FunctionAnswer, InputAnswer } from './blocking-calls.ts';
import { RunEnd, RunOrder, SelfChecks, SidecarPiece } from './interpreter.ts';
import { InterpreterId, interpreterMethods, ofInterpreter } from './interpreter-methods.ts';
import { IsolationLayers, LockdownOrder } from '../contract/isolation.ts';
import { LIMITS } from '../limits.ts';
import { defineContract } from '../rpc/contract.ts';
import { PackageSnapshotPart } from './package-snapshot-part.ts';
import { ModuleName } from './import-report.ts';
import { PACKAGE_LIMITS } from './package-limits.ts';
import { PackageConflict, PackageHash, PackagePart } from './package-parts.ts';
import { Bytes } from '../contract/run.ts';
import { MAX_PACKAGE_SNAPSHOT_BYTES, MAX_SNAPSHOT_BYTES } from './snapshot-image.ts';

/** Everything the sidecar needs to run Python; it reads no file itself. */
export const RuntimeAssetName = z.enum(['wasm', 'stdlib', 'worker', 'guest']);
export type RuntimeAssetName = z.infer<typeof RuntimeAssetName>;

/** The snapshot only makes it faster. */
export const AssetName = z.enum([...RuntimeAssetName.options, 'snapshot']);
export type AssetName = z.infer<typeof AssetName>;

/**
 * Whether an interpreter was started from a snapshot: from one, without since there is none, or without
 * though there was one, because that one is unusable.
 */
export const SnapshotUse = z.enum(['used', 'absent', 'unusable']);
export type SnapshotUse = z.infer<typeof SnapshotUse>;

export const sidecarContract = defineContract({
  methods: {
    /** Hands over one asset, whole. */
    loadAsset: {
      params: z.strictObject({ name: AssetName, bytes: Bytes }),
      result: z.strictObject({}),
    },
    /**
     * Checks the process, compiles the runtime and locks the process down. To be called once, after all
     * assets: nothing can be read afterwards.
     */
    prepare: {
      params: z.strictObject({
        memoryMiB: z.number().int().min(LIMITS.memoryMiB.min).max(LIMITS.memoryMiB.max),
        lockdown: LockdownOrder,
      }),
      result: z.strictObject({ checks: SelfChecks, layers: IsolationLayers }),
    },
    /**
     * Makes a snapshot of an interpreter that is there for nothing else, for this process's own use and to be
     * kept by main: an image (see snapshot-image.ts) in pieces. Refused once an interpreter was opened, since
     * what leaves a process in which a guest has been is not to be trusted.
     */
    takeSnapshot: {
      params: z.strictObject({}),
      item: z.strictObject({
        bytes: Bytes.refine((bytes) => bytes.byteLength <= LIMITS.sidecarMessageBytes),
      }),
      result: z.strictObject({ bytes: z.number().int().positive().max(MAX_SNAPSHOT_BYTES) }),
    },
    /**
     * Imports packages that are at hand, makes an image of that, tries it, and keeps it under the key; and sends
     * it, compressed, and the packages' bytecode, to be kept by main. Refused as `takeSnapshot` is.
     */
    makePackageSnapshot: {
      params: z.strictObject({
        key: PackageHash,
        hashes: z.array(PackageHash).min(1).max(PACKAGE_LIMITS.packages),
        modules: z.array(ModuleName).max(PACKAGE_LIMITS.modules),
      }),
      /** Piece by piece: the image, then the bytecode of each package that has some, named by the package's hash. */
      item: z.strictObject({
        of: z.union([z.literal('image'), PackageHash]),
        bytes: Bytes.refine((bytes) => bytes.byteLength <= LIMITS.sidecarMessageBytes),
      }),
      /** Of all pieces. */
      result: z.strictObject({ bytes: z.number().int().positive().max(MAX_PACKAGE_SNAPSHOT_BYTES) }),
    },
    hasPackageSnapshot: {
      params: z.strictObject({ key: PackageHash }),
      result: z.strictObject({ has: z.boolean() }),
    },
    /** Hands over an image, in parts. */
    loadPackageSnapshot: { params: PackageSnapshotPart, result: z.strictObject({}) },
    /** Makes an image usable that was handed over just now, and whose packages are at hand, in the order in which they were put into it. */
    adoptPackageSnapshot: {
      params: z.strictObject({
        key: PackageHash,
        hashes: z.array(PackageHash).max(PACKAGE_LIMITS.packages),
      }),
      result: z.strictObject({}),
    },
    /**
     * Gives a fresh interpreter in a thread of its own: a spare one, or one started now; or, where that works, one
     * from the image of that key.
     */
    openInterpreter: {
      params: z.strictObject({ id: InterpreterId, image: PackageHash.optional() }),
      result: z.strictObject({
        checks: SelfChecks,
        snapshot: SnapshotUse.default('absent'),
        /** The same of the image with packages that was wanted. */
        image: SnapshotUse.default('absent'),
      }),
    },
    ...ofInterpreter(interpreterMethods),
    /** Answers a guest's thread that waits for input (see `RunPiece`); ignored when it does not wait for that call. */
    answerInput: {
      params: z.strictObject({ interpreter: InterpreterId, call: CallNumber, answer: InputAnswer }),
      result: z.strictObject({}),
    },
    /** The same for a guest's thread that has called a function. */
    answerFunction: {
      params: z.strictObject({ interpreter: InterpreterId, call: CallNumber, answer: FunctionAnswer }),
      result: z.strictObject({}),
    },
    /** Hands over a package, in parts; it stays at hand for all interpreters. */
    loadPackage: { params: PackagePart, result: z.strictObject({}) },
    /** Those that are not at hand. */
    missingPackages: {
      params: z.strictObject({ hashes: z.array(PackageHash).max(PACKAGE_LIMITS.packages) }),
      result: z.strictObject({ missing: z.array(PackageHash).max(PACKAGE_LIMITS.packages) }),
    },
    /** Puts packages into an interpreter, unless one has to be handed over first or two conflict: then nothing is done. */
    installPackages: {
      params: z.strictObject({
        interpreter: InterpreterId,
        hashes: z.array(PackageHash).max(PACKAGE_LIMITS.packages),
      }),
      result: z.strictObject({
        missing: z.array(PackageHash).max(PACKAGE_LIMITS.packages),
        conflict: PackageConflict.exactOptional(),
      }),
    },
    /**
     * Answers a guest's thread that waits for fonts: puts these packages into its interpreter, none where there are none
     * to be had. As with `installPackages`, what has to be handed over first or clashes is told, and nothing is answered then.
     */
    answerFonts: {
      params: z.strictObject({
        interpreter: InterpreterId,
        call: CallNumber,
        hashes: z.array(PackageHash).max(PACKAGE_LIMITS.packages),
      }),
      result: z.strictObject({
        missing: z.array(PackageHash).max(PACKAGE_LIMITS.packages),
        conflict: PackageConflict.exactOptional(),
      }),
    },
    run: { params: RunOrder.extend({ interpreter: InterpreterId }), item: SidecarPiece, result: RunEnd },
    /**
     * Raises KeyboardInterrupt in a run, again and again until it ends, for at most `limitMs`. `stopped` is
     * true when the run ended and its interpreter answers: its state is kept.
     */
    interruptRun: {
      params: z.strictObject({ interpreter: InterpreterId, limitMs: z.number().int().min(0).max(60_000) }),
      result: z.strictObject({ stopped: z.boolean() }),
    },
    /** How many started interpreters to keep ready for `openInterpreter`; answered when they are. None at first. */
    keepSpares: {
      params: z.strictObject({ count: z.number().int().min(0).max(LIMITS.spares) }),
      result: z.strictObject({}),
    },
    /** Ends the thread, also while it runs code. Answers once it is gone. */
    closeInterpreter: { params: z.strictObject({ id: InterpreterId }), result: z.strictObject({}) },
    /** What each interpreter uses, as it was measured last. Answered by the control thread, whatever guests do. */
    memory: {
      params: z.strictObject({}),
      result: z.strictObject({
        interpreters: z
          .array(z.strictObject({ id: InterpreterId, usedMiB: z.number().int().nonnegative() }))
          .max(1000),
      }),
    },
    /** Answered by the control thread, whatever guests do. */
    ping: { params: z.strictObject({}), result: z.strictObject({}) },
  },
  events: {},
});
export type SidecarContract = typeof sidecarContract;

/** What the sidecar asks of main: nothing yet. */
export const sidecarHostContract = defineContract({ methods: {}, events: {} });
export type SidecarHostContract = typeof sidecarHostContract;
