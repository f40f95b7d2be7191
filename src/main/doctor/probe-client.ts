import type { SelfCheck } from '../../shared/protocol/interpreter.ts';
import type { IsolationLayer, LockdownOrder } from '../../shared/contract/isolation.ts';
import { LIMITS } from '../../shared/limits.ts';
import {
  probeContract,
  type ProbeContract,
  type ProbeTargets,
} from '../../shared/protocol/probe-protocol.ts';
import type { ProbeThread, ProbeResult } from '../../shared/contract/probes.ts';
import { RpcPeer } from '../../shared/rpc/peer.ts';
import { sidecarHostContract, type SidecarHostContract } from '../../shared/protocol/sidecar-protocol.ts';
import type { SidecarProcess } from '../sandbox/sidecar/sidecar-process.ts';
import type { Asset } from '../runtime/runtime-assets.ts';
import { MIB } from '../../shared/units.ts';

const INTERPRETER = 'doctor';

/** One probe sidecar: takes the ordinary one's way to its lock-down, then tries to break out of it. */
export class ProbeClient {
  readonly #process: SidecarProcess;
  readonly #peer: RpcPeer<SidecarHostContract, ProbeContract>;

  constructor(process: SidecarProcess) {
    this.#process = process;
    this.#peer = new RpcPeer({
      port: process.port,
      local: sidecarHostContract,
      remote: probeContract,
      handlers: {},
      limits: { maxMessageBytes: LIMITS.sidecarMessageBytes, maxSendBytes: 32 * MIB },
    });
    void process.exited.then(() => this.#peer.close('the probe process ended'));
  }

  get pid(): number {
    return this.#process.pid;
  }

  /**
   * @param memoryMiB cap of each interpreter's WebAssembly memory
   * @returns the process's self-checks, and what it says it is held in by
   * @throws RpcError when it dies or refuses
   */
  async prepare(
    assets: readonly Asset[],
    memoryMiB: number,
    lockdown: LockdownOrder,
  ): Promise<{ readonly checks: readonly SelfCheck[]; readonly layers: readonly IsolationLayer[] }> {
    for (const { name, bytes } of assets) await this.#peer.call('loadAsset', { name, bytes });
    return this.#peer.call('prepare', { memoryMiB, lockdown });
  }

  /** Starts an interpreter as for a run; gives its self-checks. @throws RpcError when it does not start */
  async openInterpreter(): Promise<readonly SelfCheck[]> {
    return (await this.#peer.call('openInterpreter', { id: INTERPRETER })).checks;
  }

  /**
   * Runs Python of ours in the interpreter.
   *
   * @returns what it printed, and why the interpreter died of it
   * @throws RpcError when the process dies of it
   */
  run(code: string): Promise<{ readonly printed: string; readonly died: string | null }> {
    return this.#peer.call('runPython', { interpreter: INTERPRETER, code });
  }

  /** @throws RpcError when the process dies of it */
  async probe(where: ProbeThread, targets: ProbeTargets): Promise<readonly ProbeResult[]> {
    return (await this.#peer.call('probe', { where, targets })).results;
  }

  /** Every call under way rejects at once, whether or not the process can be ended. */
  kill(): void {
    this.#process.kill();
    this.#peer.close('the probe process was ended');
  }

  /** Ends the process; resolves when it is gone. */
  async end(): Promise<void> {
    this.kill();
    await this.#process.exited;
  }
}
