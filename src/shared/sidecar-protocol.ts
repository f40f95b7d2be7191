/** Main ↔ control thread of the sidecar. The sidecar is the hostile side. */
import { z } from 'zod';
import { FilePart, RunEnd, RunOrder, RunPiece, SelfChecks } from './interpreter.ts';
import { IsolationLayers, LockdownOrder } from './isolation.ts';
import { LIMITS } from './limits.ts';
import { defineContract } from './rpc/contract.ts';
import { Bytes } from './sandbox.ts';

/** Everything the sidecar needs to run Python; it reads no file itself. */
export const AssetName = z.enum(['wasm', 'stdlib', 'lock', 'worker', 'guest']);
export type AssetName = z.infer<typeof AssetName>;

const InterpreterId = z.string().min(1).max(100);

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
    /** Gives a fresh interpreter in a thread of its own: a spare one, or one started now. */
    openInterpreter: {
      params: z.strictObject({ id: InterpreterId }),
      result: z.strictObject({ checks: SelfChecks }),
    },
    writeFile: { params: FilePart.extend({ interpreter: InterpreterId }), result: z.strictObject({}) },
    run: { params: RunOrder.extend({ interpreter: InterpreterId }), item: RunPiece, result: RunEnd },
    /**
     * Raises KeyboardInterrupt in a run, again and again until it ends, for at most `limitMs`. `stopped` is
     * true when the run ended and its interpreter answers: its state is kept.
     */
    interruptRun: {
      params: z.strictObject({ interpreter: InterpreterId, limitMs: z.number().int().min(0).max(60_000) }),
      result: z.strictObject({ stopped: z.boolean() }),
    },
    /** How many started interpreters to keep ready for `openInterpreter`. None at first. */
    keepSpares: {
      params: z.strictObject({ count: z.number().int().min(0).max(4) }),
      result: z.strictObject({}),
    },
    /** Ends the thread, whatever it does. Answers once it is gone. */
    closeInterpreter: { params: z.strictObject({ id: InterpreterId }), result: z.strictObject({}) },
    /** Answered by the control thread whatever the guest does; with an interpreter by its thread, once it is free. */
    ping: { params: z.strictObject({ interpreter: InterpreterId.optional() }), result: z.strictObject({}) },
  },
  events: {},
});
export type SidecarContract = typeof sidecarContract;

/** What the sidecar asks of main: nothing yet. */
export const sidecarHostContract = defineContract({ methods: {}, events: {} });
export type SidecarHostContract = typeof sidecarHostContract;
