import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ElectronHost } from '../src/main/cli/host/open-electron-host.ts';
import { projectRoot } from '../scripts/shared/project.ts';
import { DEFAULTS } from '../src/shared/limits.ts';
import type { HostSandboxOptions } from '../src/shared/protocol/host-protocol.ts';
import type { RunOptions } from '../src/main/run/run-options.ts';
import type { RunRequest, RunResult } from '../src/shared/contract/run.ts';

const quiet = { signal: new AbortController().signal, onOutput: (): void => undefined };

/** A headless Electron with the sandbox, as the command line has it. */
export class BenchHost {
  readonly host: ElectronHost;

  private constructor(host: ElectronHost) {
    this.host = host;
  }

  /**
   * @param mayGoOn see `ElectronHost`
   * @param checkout of the project; another one must be built and speak the same protocol with its host
   */
  static async open(
    electron: string,
    options: Partial<HostSandboxOptions> = {},
    mayGoOn = false,
    checkout = projectRoot,
  ): Promise<BenchHost> {
    const host = new ElectronHost(electron, checkout, { mayGoOn });
    const crashLimit = { crashes: 1_000_000, windowMs: 1 };
    await host.open({
      memoryMiB: DEFAULTS.memoryMiB,
      outputKiB: DEFAULTS.outputKiB,
      crashLimit,
      ...options,
    });
    return new BenchHost(host);
  }

  run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    return this.host.run(request, { ...quiet, ...options });
  }

  /** Ends on anything but the answer, so that no failure passes for a fast run. */
  async answerTwo(session?: string): Promise<void> {
    const result = await this.run({ code: '1+1', ...(session === undefined ? {} : { session }) });
    if (result.value?.text !== '2') throw new Error(`wrong answer: ${JSON.stringify(result)}`);
  }

  /** Of the sidecar, which must be there. */
  async pid(): Promise<number> {
    const { pid } = await this.host.status();
    if (pid === null) throw new Error('there is no sidecar');
    return pid;
  }

  async untilStandby(): Promise<void> {
    while (!(await this.host.status()).standby.ready) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Starts an endless piece of code; resolves once it runs. @returns how to cancel it, and its result */
  async loop(code: string, session: string): Promise<{ cancel: () => void; result: Promise<RunResult> }> {
    const stop = new AbortController();
    let running: Promise<RunResult> | undefined;
    await new Promise<void>((resolve) => {
      running = this.host.run(
        { code: `print("looping", flush=True)\n${code}`, session },
        { signal: stop.signal, onOutput: () => resolve() },
      );
    });
    if (running === undefined) throw new Error('the loop does not run');
    return { cancel: () => stop.abort(), result: running };
  }

  dispose(): Promise<void> {
    return this.host.dispose();
  }
}

/** Where snapshots are kept in a data folder; '' where nothing is kept yet. */
export function snapshotFolder(data: string): string {
  const cache = path.join(data, 'pyodide-cache');
  const [version] = existsSync(cache) ? readdirSync(cache) : [];
  return version === undefined ? '' : path.join(cache, version, 'snapshots');
}

/** Resolves once a host that was left behind has made its package snapshot. */
export async function untilImage(data: string): Promise<void> {
  const folder = path.join(snapshotFolder(data), 'packages');
  const names = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  while (!names().some((name) => name.endsWith('.snapshot')) || names().includes('making')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Uses an empty data folder, so that nothing of earlier starts helps. */
export async function withEmptyDataFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const before = process.env['VIVARIUM_DATA_DIR'];
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-bench-'));
  process.env['VIVARIUM_DATA_DIR'] = folder;
  try {
    return await action(folder);
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, 'VIVARIUM_DATA_DIR');
    else process.env['VIVARIUM_DATA_DIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}
