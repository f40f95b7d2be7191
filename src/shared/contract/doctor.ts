/** What `vivarium doctor` finds out. */
import { z } from 'zod';
import { IsolationLayer } from './isolation.ts';
import { ProbeResult } from './probes.ts';

/**
 * A layer as it was seen from outside, and whether it ought to have been seen on this system. Landlock never is: it is
 * expected only where it is missing although the system offers it.
 */
export const ExaminedLayer = IsolationLayer.extend({ expected: z.boolean() });
export type ExaminedLayer = z.infer<typeof ExaminedLayer>;

const Text = z.string().max(1000);
const MiB = z.number().nonnegative();

export const DoctorReport = z.strictObject({
  /** True when every layer that is expected on this system is active. */
  ok: z.boolean(),
  layers: z.array(ExaminedLayer).max(20),
  /** Every attempt to break out, refused or not. */
  probes: z.array(ProbeResult).max(600),
  /** Connections that the probes got through to listeners of ours. */
  connections: z.number().int().nonnegative(),
  system: z.strictObject({
    platform: Text,
    arch: Text,
    kernel: Text,
    /** False as root: Chromium's own sandbox is off then. Sidecars don't have it anyway. */
    chromiumSandbox: z.boolean(),
  }),
  versions: z.strictObject({
    vivarium: Text,
    electron: Text,
    chromium: Text,
    v8: Text,
    node: Text,
    pyodide: Text,
    python: Text,
  }),
  memory: z.strictObject({
    machineMiB: MiB,
    freeMiB: MiB,
    /** Of a sidecar with one interpreter; null where it can't be told. */
    sidecarMiB: MiB.nullable(),
  }),
  paths: z.strictObject({ app: Text, data: Text, temporary: Text }),
});
export type DoctorReport = z.infer<typeof DoctorReport>;
