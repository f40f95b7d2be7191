/**
 * `node --import tsx bench/fresh-interpreter.ts`: how long it takes from a new worker thread to its first
 * answer, and from a new process; with and without snapshot, beside Pyodide itself. Rounds are interleaved,
 * since machines are noisy. Needs a build; with Electron (ELECTRON_OVERRIDE_DIST_PATH or the package's own)
 * the last part measures there, too.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { installedElectron } from '../src/main/cli/host/electron-command.ts';
import { ElectronHost } from '../src/main/cli/host/open-electron-host.ts';
import { builtFiles } from '../src/main/runtime/runtime-locations.ts';
import { lockdownOrder } from '../src/main/runtime/lockdown-binding.ts';
import { NodeLauncher } from '../src/main/sandbox/process/node-launcher.ts';
import { loadRuntimeAssets } from '../src/main/runtime/runtime-assets.ts';
import { SidecarClient } from '../src/main/sandbox/sidecar/sidecar-client.ts';
import { SnapshotStore } from '../src/main/sandbox/snapshots/snapshot-store.ts';
import { engineVersion, Snapshots } from '../src/main/sandbox/snapshots/snapshots.ts';
import { projectRoot } from '../scripts/shared/project.ts';

const ROUNDS = 8;
const files = builtFiles(path.join(projectRoot, 'out'));
const rows = new Map<string, number[]>();

const timed = async <T>(row: string, action: () => Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await action();
  rows.set(row, [...(rows.get(row) ?? []), performance.now() - start]);
  return result;
};

/** Runs the baselines' script in a new thread. */
const inWorker = async (workerData: object): Promise<unknown> => {
  const worker = new Worker(path.join(import.meta.dirname, 'stock-pyodide.mjs'), {
    workerData,
    execArgv: [],
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
};

const sidecar = async (snapshots?: Snapshots): Promise<SidecarClient> => {
  const client = new SidecarClient(await new NodeLauncher(files.sidecar).launch());
  const order = await lockdownOrder(files.binding)(null);
  await client.prepare(await loadRuntimeAssets(files.runtime), 512, order, snapshots);
  return client;
};

const answerTwo = async (client: SidecarClient, id: string): Promise<void> => {
  await client.openInterpreter(id);
  const end = await client.run(
    id,
    { code: '1+1', outputBytes: 1000, input: false },
    () => undefined,
    new AbortController().signal,
  );
  const outcome = end.kind === 'finished' ? Buffer.from(end.outcome).toString() : end.detail;
  if (!outcome.includes('"text":"2"')) throw new Error(`wrong answer: ${outcome}`);
};

const rssMiB = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? Number.NaN) / 1024);
};

async function measureInNode(snapshots: Snapshots): Promise<void> {
  const stock = await inWorker({ kind: 'make' });
  await timed('Node: process with no snapshot yet, until it is made', async () => {
    const client = await sidecar(snapshots);
    client.kill();
  });
  const plain = await sidecar();
  const fast = await sidecar(snapshots);
  for (let round = 0; round < ROUNDS; round++) {
    await timed('Node: stock Pyodide in a new worker', () => inWorker({ kind: 'naive' }));
    await timed('Node: stock Pyodide from its own snapshot in a new worker', () =>
      inWorker({ kind: 'restore', snapshot: stock }),
    );
    const id = `round ${String(round)}`;
    await timed('Node: fresh interpreter, plain', () => answerTwo(plain, id));
    await timed('Node: fresh interpreter, snapshot', () => answerTwo(fast, id));
    if (round === 0) {
      console.log(`RSS with one interpreter: plain ${String(await rssMiB(plain.pid))} MiB, `);
      console.log(`  from the snapshot ${String(await rssMiB(fast.pid))} MiB`);
    }
    await Promise.all([plain.closeInterpreter(id), fast.closeInterpreter(id)]);
    for (const [name, used] of [
      ['plain', undefined],
      ['snapshot', snapshots],
    ] as const) {
      const client = await timed(`Node: process to first answer, ${name}`, async () => {
        const started = await sidecar(used);
        await answerTwo(started, 'first');
        return started;
      });
      client.kill();
      await client.gone;
    }
  }
  const began = performance.now();
  let fresh = 0;
  let next = fast.openInterpreter('spare 0');
  while (performance.now() - began < 5000) {
    await next;
    const id = `spare ${String(fresh++)}`;
    next = fast.openInterpreter(`spare ${String(fresh)}`);
    await fast.closeInterpreter(id);
  }
  await next;
  console.log(
    `sustained: ${(fresh / ((performance.now() - began) / 1000)).toFixed(1)} fresh interpreters a second`,
  );
  for (const client of [plain, fast]) client.kill();
}

async function measureInElectron(folder: string): Promise<void> {
  const electron = await installedElectron();
  const quiet = { signal: new AbortController().signal, onOutput: (): void => undefined };
  for (const [name, data] of [
    ['plain', ''],
    ['making the snapshot', folder],
    ['snapshot', folder],
  ] as const) {
    process.env['VIVARIUM_DATA_DIR'] = data;
    const host = new ElectronHost(electron, projectRoot);
    await host.open({ memoryMiB: 1024, outputKiB: 1024 });
    const run = async (): Promise<void> => {
      const { value, error } = await host.run({ code: '1+1' }, quiet);
      if (value?.text !== '2') throw new Error(`wrong answer: ${error?.message ?? ''}`);
    };
    await timed(`Electron: utility process to first answer, ${name}`, run);
    for (let round = 0; round < ROUNDS; round++) await timed(`Electron: fresh interpreter, ${name}`, run);
    await host.dispose();
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'vivarium-bench-'));
try {
  await measureInNode(new Snapshots(new SnapshotStore(path.join(folder, 'node')), engineVersion()));
  await measureInElectron(path.join(folder, 'electron'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const [name, times] of rows) {
  const sorted = times.sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? Number.NaN).toFixed(0).padStart(6);
  console.log(`${at(0)}${at(sorted.length >> 1)} ms  ${name}`);
}
process.exit(0);
