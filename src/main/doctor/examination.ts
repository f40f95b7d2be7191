import { failuresOf } from '../../shared/protocol/interpreter.ts';
import type { LockdownOrder } from '../../shared/contract/isolation.ts';
import { ProbeThread, type ProbeResult } from '../../shared/contract/probes.ts';
import type { SidecarLauncher } from '../sandbox/process/launcher.ts';
import type { Asset } from '../runtime/runtime-assets.ts';
import type { Findings } from './examine-layers.ts';
import { kernelView } from './kernel-view.ts';
import { ProbeClient } from './probe-client.ts';
import { ProbeFixture } from './probe-fixture.ts';
import { realmEscapeChecks } from './realm-escape-probes.ts';

export interface ExaminationOptions {
  /** Starts probe sidecars. */
  readonly launcher: SidecarLauncher;
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly lockdown: () => Promise<LockdownOrder>;
  readonly memoryMiB: number;
  /** Memory of a process of ours in MiB; null when it can't be told. */
  readonly memoryOf: (pid: number) => number | null;
}

export interface ExaminationResult {
  readonly findings: Findings;
  readonly sidecarMiB: number | null;
}

/** One look at one probe sidecar, which may be given up at any moment. */
export class Examination {
  readonly #options: ExaminationOptions;
  #client: ProbeClient | undefined;
  #step = 'beginning';
  #givenUp = false;

  constructor(options: ExaminationOptions) {
    this.#options = options;
  }

  /** The current step, for people. */
  get step(): string {
    return this.#step;
  }

  /** Ends the process, also one that is still to start. */
  giveUp(): void {
    this.#givenUp = true;
    this.#client?.kill();
  }

  /** @throws Error when the process can't be started or dies, and when the examination was given up */
  async run(): Promise<ExaminationResult> {
    const { launcher, loadAssets, lockdown } = this.#options;
    this.#goOn('reading the runtime’s files');
    const assets = await loadAssets();
    const order = await lockdown();
    this.#goOn('starting the process');
    const client = new ProbeClient(await launcher.launch());
    this.#client = client;
    try {
      return await this.#look(client, assets, order);
    } finally {
      await client.end();
    }
  }

  async #look(
    client: ProbeClient,
    assets: readonly Asset[],
    order: LockdownOrder,
  ): Promise<ExaminationResult> {
    const { memoryMiB, memoryOf } = this.#options;
    this.#goOn('locking the process down');
    const prepared = await client.prepare(assets, memoryMiB, order);
    const failures = failuresOf(prepared.checks);
    // It does nothing more then, as it would for the app.
    if (failures.length > 0) throw new Error(`the process refuses to run Python: ${failures.join('; ')}`);
    this.#goOn('starting an interpreter');
    const checks = [...prepared.checks, ...(await client.openInterpreter())];
    const sidecarMiB = memoryOf(client.pid);
    this.#goOn('looking for JavaScript from Python');
    checks.push(...(await realmEscapeChecks(client)));
    const kernel = await kernelView(client.pid);
    const probes: ProbeResult[] = [];
    let connections = 0;
    let touched = false;
    for (const where of ProbeThread.options) {
      this.#goOn(`trying to break out (${where})`);
      const fixture = await ProbeFixture.set(order.binding);
      try {
        probes.push(...(await client.probe(where, fixture.targets)));
        touched ||= await fixture.isTouched();
        connections += fixture.connections;
      } finally {
        await fixture.clear();
      }
    }
    const findings = {
      claims: prepared.layers,
      checks,
      probes,
      connections,
      touched,
      kernel,
      dataLimitMiB: order.dataLimitMiB,
      pid: client.pid,
    };
    return { findings, sidecarMiB };
  }

  #goOn(step: string): void {
    if (this.#givenUp) throw new Error('the examination was given up');
    this.#step = step;
  }
}
