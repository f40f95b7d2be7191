import { onTestFinished } from 'vitest';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { lockdownOrder } from '../../src/main/runtime/lockdown-binding.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import { RunCollector } from '../../src/main/run/run-collector.ts';
import { loadRuntimeAssets, type Asset } from '../../src/main/runtime/runtime-assets.ts';
import { SidecarClient } from '../../src/main/sandbox/sidecar/sidecar-client.ts';
import type { GuestOutcome } from '../../src/shared/protocol/guest-report.ts';
import type { SnapshotUse } from '../../src/shared/protocol/sidecar-protocol.ts';
import type { Snapshots } from '../../src/main/sandbox/snapshots/snapshots.ts';
import { OUT_FOLDER } from './node-sandbox.ts';

const OUTPUT_BYTES = 512 * 1024;

export interface Ran extends GuestOutcome {
  readonly stdout: string;
  readonly stderr: string;
}

/** A real sidecar process, without the sandbox around it. */
export class TestSidecar {
  readonly client: SidecarClient;
  #opened = 0;

  private constructor(client: SidecarClient) {
    this.client = client;
  }

  /** Killed when the test is over. */
  static async start(options: {
    readonly memoryMiB?: number;
    readonly snapshots?: Snapshots;
    readonly assets?: readonly Asset[];
  }): Promise<TestSidecar> {
    const files = builtFiles(OUT_FOLDER);
    const client = new SidecarClient(await new NodeLauncher(files.sidecar).launch());
    onTestFinished(async () => {
      client.kill();
      await client.gone;
    });
    await client.prepare(
      options.assets ?? (await testAssets()),
      options.memoryMiB ?? 256,
      await lockdownOrder(files.binding)(null),
      options.snapshots,
    );
    return new TestSidecar(client);
  }

  async open(): Promise<{ readonly id: string; readonly snapshot: SnapshotUse }> {
    const id = `interpreter ${++this.#opened}`;
    return { id, snapshot: await this.client.openInterpreter(id) };
  }

  async run(interpreter: string, code: string): Promise<Ran> {
    const collector = new RunCollector(OUTPUT_BYTES, {
      onOutput: () => undefined,
      onDisplay: () => undefined,
      onInput: () => undefined,
    });
    const end = await this.client.run(
      interpreter,
      { code, outputBytes: OUTPUT_BYTES, input: false },
      (piece) => {
        if (piece.channel !== 'reading') collector.push(piece);
      },
      new AbortController().signal,
    );
    if (end.kind !== 'finished') throw new Error(`the interpreter died: ${end.detail}`);
    return { ...collector.conclude(end), stdout: collector.stdout, stderr: collector.stderr };
  }
}

export const testAssets = (): Promise<Asset[]> => loadRuntimeAssets(builtFiles(OUT_FOLDER).runtime);
