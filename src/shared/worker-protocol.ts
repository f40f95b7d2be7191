/** Control thread ↔ worker thread. The worker is the hostile side. */
import { z } from 'zod';
import { deathReport, FilePart, RunOrder, RunPiece, SelfChecks } from './interpreter.ts';
import { defineContract } from './rpc/contract.ts';

export const workerContract = defineContract({
  methods: {
    /** Hardens the thread, makes the realm and starts the interpreter. */
    boot: { params: z.strictObject({}), result: z.strictObject({ checks: SelfChecks }) },
    writeFile: { params: FilePart, result: z.strictObject({}) },
    run: {
      params: RunOrder,
      item: RunPiece,
      result: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('finished'), outputCut: z.boolean() }),
        z.strictObject({ kind: z.literal('died'), ...deathReport }),
      ]),
    },
  },
  events: {},
});
export type WorkerContract = typeof workerContract;

/** What the worker asks of the control thread: nothing. */
export const workerHostContract = defineContract({ methods: {}, events: {} });

/**
 * Given to the worker at its start. Each worker gets a copy of its own, save for the compiled module, which
 * nothing can change: memory that they shared would let one session's guest reach the next one's.
 */
export interface WorkerStart {
  /** A compiled WebAssembly.Module. */
  readonly wasm: object;
  readonly stdlib: Uint8Array;
  readonly lock: string;
  readonly guestScript: string;
}
