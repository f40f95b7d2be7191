/**
 * Main ↔ probe sidecar: the ordinary sidecar, which in addition tries to break its own lock-down. It never
 * runs guest code.
 */
import { z } from 'zod';
import { defineContract } from '../rpc/contract.ts';
import { sidecarContract } from './sidecar-protocol.ts';

/** The thread that tries: the control thread, the pool that serves its files, a worker started afterwards. */
export const ProbePlace = z.enum(['main', 'pool', 'worker']);
export type ProbePlace = z.infer<typeof ProbePlace>;

export const ProbeGroup = z.enum([
  'files',
  'programs',
  'network',
  'browser-network',
  'other-processes',
  'native-code',
  'debugging',
  'system-calls',
]);
export type ProbeGroup = z.infer<typeof ProbeGroup>;

const HostPath = z.string().min(1).max(4096);

/** Things that are there to be reached, if anything lets the probes through. */
export const ProbeTargets = z.strictObject({
  /** A file, and a folder with a file "victim". */
  file: HostPath,
  folder: HostPath,
  /** A socket in the file system that something listens on. */
  socket: HostPath,
  /** A port of 127.0.0.1 that something listens on. */
  port: z.number().int().min(1).max(65_535),
  /** The native binding that the lock-down was made with, or null. */
  binding: HostPath.nullable(),
  /** A copy of it elsewhere. */
  otherBinding: HostPath.nullable(),
});
export type ProbeTargets = z.infer<typeof ProbeTargets>;

export const ProbeResult = z.strictObject({
  name: z.string().max(100),
  group: ProbeGroup,
  where: ProbePlace,
  refused: z.boolean(),
  /** The error it got, or what it got hold of. */
  how: z.string().max(200),
});
export type ProbeResult = z.infer<typeof ProbeResult>;

export const probeContract = defineContract({
  methods: {
    loadAsset: sidecarContract.methods.loadAsset,
    prepare: sidecarContract.methods.prepare,
    openInterpreter: sidecarContract.methods.openInterpreter,
    /** Tries everything that can be tried from there. */
    probe: {
      params: z.strictObject({ where: ProbePlace, targets: ProbeTargets }),
      result: z.strictObject({ results: z.array(ProbeResult).max(200) }),
    },
  },
  events: {},
});
export type ProbeContract = typeof probeContract;
