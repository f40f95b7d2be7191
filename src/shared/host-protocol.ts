/** Command line ↔ headless Electron host. Both sides are ours; the schemas keep them in step. */
import { z } from 'zod';
import { DoctorReport } from './doctor.ts';
import { LIMITS } from './limits.ts';
import { defineContract } from './rpc/contract.ts';
import { RunOutput, RunRequest, RunResult } from './sandbox.ts';

const RunId = z.number().int().nonnegative();

export const hostContract = defineContract({
  methods: {
    /** Sets the sandbox up; nothing is started yet. To be called once. */
    open: {
      params: z.strictObject({
        memoryMiB: z.number().int().min(LIMITS.memoryMiB.min).max(LIMITS.memoryMiB.max),
        outputKiB: z.number().int().min(LIMITS.outputKiB.min).max(LIMITS.outputKiB.max),
      }),
      result: z.strictObject({}),
    },
    run: {
      params: z.strictObject({ id: RunId, request: RunRequest }),
      item: RunOutput,
      result: RunResult,
    },
    /** Cancels a run; the run itself then answers with its result. */
    cancel: { params: z.strictObject({ id: RunId }), result: z.strictObject({}) },
    status: {
      params: z.strictObject({}),
      result: z.strictObject({
        state: z.enum(['stopped', 'starting', 'ready', 'busy', 'stopping']),
        /** Of the sidecar process. */
        pid: z.number().int().nullable(),
        electron: z.string(),
      }),
    },
    /**
     * Examines the isolation; needs no sandbox to be opened. `lockdown: false` shows what the same probes reach
     * when the operating system refuses nothing.
     */
    doctor: { params: z.strictObject({ lockdown: z.boolean() }), result: DoctorReport },
    /** Ends the sandbox's processes. */
    dispose: { params: z.strictObject({}), result: z.strictObject({}) },
  },
  events: {},
});
export type HostContract = typeof hostContract;

export const hostClientContract = defineContract({ methods: {}, events: {} });

const MIB = 1024 * 1024;

/** Whole input files and whole results pass here, with the JSON of a value in them. */
export const HOST_LIMITS = {
  maxMessageBytes: 1024 * MIB,
  maxSendBytes: 1024 * MIB,
  maxDepth: 80,
  maxNodes: 300_000,
} as const;
