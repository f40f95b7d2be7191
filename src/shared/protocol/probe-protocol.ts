/**
 * Main ↔ probe sidecar: the ordinary sidecar, which in addition tries to break its own lock-down. It runs no
 * code but what tries the same from Python.
 */
import { z } from 'zod';
import { defineContract } from '../rpc/contract.ts';
import { ProbeThread, ProbeResult } from '../contract/probes.ts';
import { MAX_DEATH_DETAIL } from './interpreter.ts';
import { InterpreterId } from './interpreter-methods.ts';
import { sidecarContract } from './sidecar-protocol.ts';

const HostPath = z.string().min(1).max(4096);

/** Targets that the probes try to reach. */
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

const MAX_PYTHON = 10_000;
export const MAX_PRINTED = 10_000;

export const probeContract = defineContract({
  methods: {
    loadAsset: sidecarContract.methods.loadAsset,
    prepare: sidecarContract.methods.prepare,
    openInterpreter: sidecarContract.methods.openInterpreter,
    /** Runs Python of ours in an interpreter: the start of what it printed, and why the interpreter died of it. */
    runPython: {
      params: z.strictObject({ interpreter: InterpreterId, code: z.string().max(MAX_PYTHON) }),
      result: z.strictObject({
        printed: z.string().max(MAX_PRINTED),
        died: z.string().max(MAX_DEATH_DETAIL).nullable(),
      }),
    },
    /** Tries everything that can be tried from there. */
    probe: {
      params: z.strictObject({ where: ProbeThread, targets: ProbeTargets }),
      result: z.strictObject({ results: z.array(ProbeResult).max(200) }),
    },
  },
  events: {},
});
export type ProbeContract = typeof probeContract;
