/** What holds a sidecar process in, layer by layer, and whether it was seen to hold. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';

export const IsolationLayerName = z.enum([
  'separate-process',
  'minimal-environment',
  'no-code-from-strings',
  'frozen-worker',
  'bare-realm',
  'no-javascript',
  'no-new-privileges',
  'resource-limits',
  'landlock',
  'seccomp',
  'browser-network',
]);
export type IsolationLayerName = z.infer<typeof IsolationLayerName>;

/** Layers that a sidecar's self-checks speak for. */
export const CheckedLayerName = IsolationLayerName.extract([
  'minimal-environment',
  'no-code-from-strings',
  'frozen-worker',
  'bare-realm',
  'no-javascript',
]);
export type CheckedLayerName = z.infer<typeof CheckedLayerName>;

/** Layers that the operating system enforces. A sidecar's lock-down says of each whether it could be had. */
export const SystemLayerName = IsolationLayerName.exclude(['separate-process', ...CheckedLayerName.options]);
export type SystemLayerName = z.infer<typeof SystemLayerName>;

const MAX_DETAIL = 300;

export const IsolationLayer = z.strictObject({
  name: IsolationLayerName,
  /** 'not-verified': it may hold, but nothing here could tell. */
  status: z.enum(['active', 'absent', 'not-verified']),
  /** For people: what it covers, or why it is absent. */
  detail: z.string().max(MAX_DETAIL),
});
export type IsolationLayer = z.infer<typeof IsolationLayer>;

export const IsolationLayers = z.array(IsolationLayer).max(20);

export const isolationLayer = (
  name: IsolationLayerName,
  status: IsolationLayer['status'],
  detail: string,
): IsolationLayer => ({ name, status, detail: detail.slice(0, MAX_DETAIL) });

/** How the operating system is to hold the process in. */
export const LockdownOrder = z.strictObject({
  /** False for benchmarks, and for tests that prove that the lock-down matters. */
  enabled: z.boolean(),
  /** Cap of the process's own writable memory (RLIMIT_DATA), in MiB; null for none. */
  dataLimitMiB: z
    .number()
    .int()
    .min(LIMITS.memoryMiB.min)
    .max(64 * 1024)
    .nullable(),
  /** File of the native binding, checked by main; null where there is none for this system. */
  binding: z.string().min(1).max(4096).nullable(),
});
export type LockdownOrder = z.infer<typeof LockdownOrder>;
