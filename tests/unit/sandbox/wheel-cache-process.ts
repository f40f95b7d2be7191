/** A process at the other end of a real channel that takes packages as a sidecar does, and notes what it was given. */
import { createHash } from 'node:crypto';
import { SidecarClient } from '../../../src/main/sandbox/sidecar/sidecar-client.ts';
import { answerWith, FakeProcess, type Behaviour } from './support.ts';

export interface WheelCacheProcess {
  readonly process: FakeProcess;
  readonly sidecar: SidecarClient;
  /** By hash: what was handed over, whole. Kept only when it has that hash. */
  readonly shelf: ReadonlyMap<string, { readonly name: string; readonly bytes: number }>;
  /** Hashes put into interpreters, in order. */
  readonly installed: { readonly interpreter: string; readonly hashes: readonly string[] }[];
}

export const wheelCacheProcess = (behaviour: Behaviour = {}): WheelCacheProcess => {
  const shelf = new Map<string, { name: string; bytes: number }>();
  const installed: { interpreter: string; hashes: string[] }[] = [];
  const parts = new Map<string, Uint8Array[]>();
  const process = new FakeProcess(1, {
    findImports: answerWith(JSON.stringify({ modules: [], hints: [], asked: [] })),
    missingPackages: ({ hashes }) => ({ missing: hashes.filter((hash) => !shelf.has(hash)) }),
    loadPackage: ({ sha256, name, totalBytes, offset, bytes }) => {
      const before = offset === 0 ? [] : (parts.get(sha256) ?? []);
      const all = [...before, bytes];
      parts.set(sha256, all);
      const whole = Buffer.concat(all);
      if (whole.length === totalBytes && createHash('sha256').update(whole).digest('hex') === sha256) {
        shelf.set(sha256, { name, bytes: whole.length });
      }
      return {};
    },
    installPackages: ({ interpreter, hashes }) => {
      const missing = hashes.filter((hash) => !shelf.has(hash));
      if (missing.length === 0) installed.push({ interpreter, hashes });
      return { missing };
    },
    ...behaviour,
  });
  return { process, sidecar: new SidecarClient(process), shelf, installed };
};
