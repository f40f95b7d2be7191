/** A data folder for tests of package snapshots, and sandboxes that work on it. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, onTestFinished, type TestContext } from 'vitest';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { openPackages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import type { SandboxConfig } from '../../src/main/sandbox/sandbox-config.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { nodeSandbox, OUT_FOLDER } from './node-sandbox.ts';
import { testWheels } from './test-wheels.ts';

/** Far more than a test takes on a slow machine, in ms. */
export const LONG_MS = 300_000;

/** What it gives is [10, 8.0]. */
export const USES_NUMPY = `
import numpy as np
import sys
[int(np.arange(5).sum()), round(float(np.linalg.det(np.eye(3) * 2)), 3)]`;

export interface Stage {
  readonly folder: string;
  /** Ended with the test. */
  readonly open: (allow?: string[], config?: Partial<SandboxConfig>) => Promise<Sandbox>;
  /** Of the images kept. */
  readonly files: () => Promise<string[]>;
  /** Of the run for which the image was made. */
  readonly made: RunResult | undefined;
}

const newFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'vivarium-images-'));
const discard = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

const openOn = async (
  folder: string,
  mirror: string,
  allow: string[] = [],
  config: Partial<SandboxConfig> = {},
): Promise<Sandbox> => {
  const { service } = openPackages({
    dataFolder: folder,
    ...(await loadPyodideLock(builtFiles(OUT_FOLDER).runtime)),
    settings: { autoInstall: true, mirror, allow },
    transport: nodeTransport(),
    official: false,
  });
  return nodeSandbox({ dataDir: path.join(folder, 'snapshots'), packages: service, ...config });
};

/** Makes what the runs of a sandbox wanted; it runs nothing meanwhile. */
export const makeDue = async (sandbox: Sandbox): Promise<void> => {
  expect(sandbox.snapshotsDue).toBe(true);
  await sandbox.makeSnapshots(new AbortController().signal);
  expect(sandbox.snapshotsDue).toBe(false);
};

/** Made once, since it takes long: with NumPy in the store, an interpreter's snapshot, and an image with NumPy. */
let first: Promise<{ readonly folder: string; readonly made: RunResult }> | undefined;
const withImage = async (mirror: string): Promise<{ folder: string; made: RunResult }> => {
  const folder = await newFolder();
  const sandbox = await openOn(folder, mirror);
  const made = await sandbox.run({ code: USES_NUMPY });
  expect(made.status).toBe('ok');
  await makeDue(sandbox);
  await sandbox.dispose();
  return { folder, made };
};
afterAll(async () => {
  const begun = await first?.catch(() => undefined);
  if (begun !== undefined) await discard(begun.folder);
});

/** @param begin with an interpreter's snapshot, or with an image that has NumPy in it as well */
export const stage = async (
  context: TestContext,
  begin: 'snapshot' | 'image' = 'snapshot',
): Promise<Stage> => {
  const mirror = await testWheels(context);
  const folder = await newFolder();
  onTestFinished(() => discard(folder));
  const snapshots = path.join(folder, 'snapshots');
  const images = path.join(snapshots, 'packages');
  const { folder: begun, made } = await (first ??= withImage(mirror));
  await cp(begun, folder, { recursive: true });
  if (begin === 'snapshot') {
    for (const name of ['packages', 'bytecode']) await discard(path.join(snapshots, name));
  }
  return {
    folder,
    made: begin === 'image' ? made : undefined,
    open: async (allow, config) => {
      const sandbox = await openOn(folder, mirror, allow, config);
      onTestFinished(() => sandbox.dispose());
      return sandbox;
    },
    files: async () =>
      (await readdir(images).catch(() => []))
        .filter((name) => name.endsWith('.snapshot'))
        .map((name) => path.join(images, name)),
  };
};
