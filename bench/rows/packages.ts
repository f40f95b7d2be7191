import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { thisMachine } from '../../scripts/provision/machine.ts';
import { obtainWheels } from '../../scripts/provision/wheels.ts';
import { TEST_PACKAGES } from '../../scripts/provision/wheels-pin.ts';
import { logToStderr } from '../../scripts/shared/log.ts';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { openPackages, type Packages } from '../../src/main/packages/open-packages.ts';
import { PackageLock } from '../../src/main/packages/resolve/lock-file.ts';
import { measure, sample, type Group } from '../measure.ts';

const RUNS = 5;
const ASKED = { askedBy: 'code' } as const;

/** The package store on the real wheels that the tests use. */
export async function packages(): Promise<Group> {
  const mirror = await obtainWheels(thisMachine(logToStderr));
  const lock = PackageLock.parse(
    await readFile(createRequire(import.meta.url).resolve('pyodide/pyodide-lock.json'), 'utf8'),
  );
  const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-bench-'));
  const open = (data: string): Packages =>
    openPackages({
      dataFolder: path.join(folder, data),
      pyodideVersion: '0.0.0',
      lock,
      settings: { autoInstall: true, mirror, allow: [] },
      transport: nodeTransport(),
      official: false,
    });
  try {
    let count = 0;
    const install = await measure(RUNS, () =>
      open(`install-${String(count++)}`).service.ensure(TEST_PACKAGES, ASKED),
    );
    const { service, store } = open('install-0');
    const megabytes = ((await store.sizes()).bytes / 1_000_000).toFixed(0);
    const verify = await measure(RUNS, () => store.verify());
    const files = path.join(store.folder, 'files');
    const copy = await measure(RUNS, () =>
      cp(files, path.join(folder, `copy-${String(count++)}`), { recursive: true }),
    );
    const hashed = await measure(RUNS, () => hashAll(files));
    const ready = await sample(RUNS, async () => {
      const start = performance.now();
      for (const wheel of await service.ensure(['pandas', 'matplotlib'], ASKED)) await service.read(wheel);
      return performance.now() - start;
    });
    return {
      title: `Packages (${megabytes} MB from a mirror folder)`,
      rows: [
        {
          name: 'install: resolved, checked and flushed',
          unit: 'ms',
          measured: install,
          baseline: { name: 'copying the same files', measured: copy },
        },
        {
          name: 'verify the store',
          unit: 'ms',
          measured: verify,
          baseline: { name: 'reading and hashing the same files', measured: hashed },
        },
        {
          name: 'checked bytes of pandas, Matplotlib and all they need',
          unit: 'ms',
          measured: ready,
          baseline: { name: 'verifying the whole store (above)', measured: verify },
        },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hashAll(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    createHash('sha256')
      .update(await readFile(path.join(folder, name)))
      .digest('hex');
  }
}
