import type { HostBridge } from '../../shared/guest-bridge.ts';

/**
 * Pyodide looks at its surroundings while its script is evaluated, before the host has handed its bridge
 * over. So the realm's globals are built on this, which the bridge is put into later.
 */
export class LateBridge implements HostBridge {
  #bridge: HostBridge | undefined;

  connect(bridge: HostBridge): void {
    this.#bridge = bridge;
  }

  now(): number {
    return this.#bridge?.now() ?? 0;
  }

  random(length: number): string {
    return this.#bridge?.random(length) ?? '';
  }

  setTimer(id: number, delayMs: number): void {
    this.#bridge?.setTimer(id, delayMs);
  }

  write(stream: number, bytes: Uint8Array): void {
    this.#bridge?.write(stream, bytes);
  }

  booted(problem: string): void {
    this.#bridge?.booted(problem);
  }

  finished(runId: number, outcome: string): void {
    this.#bridge?.finished(runId, outcome);
  }

  died(cause: string, stack: string): void {
    this.#bridge?.died(cause, stack);
  }
}
