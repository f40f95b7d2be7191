import { CALL_FAILED } from '../../../shared/protocol/call-codes.ts';
import type { HostBridge } from '../../../shared/protocol/guest-bridge.ts';
import { requireStack } from './stack-reserve.ts';

/**
 * Pyodide looks at its surroundings while its script is evaluated, before the host has handed its bridge
 * over. So the realm's globals are built on this, which the bridge is put into later. All calls of the host
 * go through here, and each needs stack in reserve.
 */
export class DeferredBridge implements HostBridge {
  #bridge: HostBridge | undefined;

  connect(bridge: HostBridge): void {
    this.#bridge = bridge;
  }

  now(): number {
    requireStack();
    return this.#bridge?.now() ?? 0;
  }

  random(length: number): string {
    requireStack();
    return this.#bridge?.random(length) ?? '';
  }

  measure(): void {
    requireStack();
    this.#bridge?.measure();
  }

  write(stream: number, bytes: Uint8Array): void {
    requireStack();
    this.#bridge?.write(stream, bytes);
  }

  pausing(): boolean {
    requireStack();
    return this.#bridge?.pausing() ?? false;
  }

  display(json: Uint8Array): void {
    requireStack();
    this.#bridge?.display(json);
  }

  call(name: string, request: string, target: Uint8Array): number {
    requireStack();
    return this.#bridge?.call(name, request, target) ?? CALL_FAILED;
  }

  fillMemory(memory: Uint8Array): boolean {
    requireStack();
    return this.#bridge?.fillMemory(memory) ?? false;
  }

  snapshotTaken(header: Uint8Array, memory: Uint8Array, untouched: Uint8Array, extension: string): boolean {
    requireStack();
    return this.#bridge?.snapshotTaken(header, memory, untouched, extension) ?? false;
  }

  booted(problem: string): void {
    requireStack();
    this.#bridge?.booted(problem);
  }

  died(cause: string, stack: string): void {
    requireStack();
    this.#bridge?.died(cause, stack);
  }
}
