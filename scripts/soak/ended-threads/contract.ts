/**
 * Main ↔ soak sidecar: the ordinary sidecar's way to its lock-down, and then threads that are ended at any moment of
 * their lives. No guest's code gets there but the soak's own.
 */
import { z } from 'zod';
import { defineContract } from '../../../src/shared/rpc/contract.ts';
import { sidecarContract } from '../../../src/shared/protocol/sidecar-protocol.ts';

export const endedThreadsContract = defineContract({
  methods: {
    loadAsset: sidecarContract.methods.loadAsset,
    /** As the ordinary one; makes a snapshot, too, which the threads are started from. */
    prepare: sidecarContract.methods.prepare,
    /** Starts threads, some at a time, and ends each at a moment that follows from the seed and its number. */
    endThreads: {
      params: z.strictObject({
        seed: z.number().int().nonnegative(),
        first: z.number().int().nonnegative(),
        count: z.number().int().min(1).max(1000),
      }),
      result: z.strictObject({
        /** How many were ended, by what they were doing. */
        ended: z.record(z.string().max(100), z.number().int()),
        /** Numbers of those that were not gone in time. */
        hung: z.array(z.number().int()),
        /** Whatever else went wrong, in words. */
        wrong: z.array(z.string().max(1000)),
      }),
    },
  },
  events: {},
});
export type EndedThreadsContract = typeof endedThreadsContract;
