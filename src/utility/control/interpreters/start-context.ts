import { interpreterLimitMiB } from '../../../shared/limits.ts';
import type { Assets } from './assets.ts';
import { PreloadedThreads } from './preloaded-threads.ts';
import { InterpreterThread, type ThreadParts } from './interpreter-thread.ts';
import { SnapshotHolder } from '../snapshots/snapshot-holder.ts';
import type { Codec } from '../host/codec.ts';
import type { ControlHost } from '../host/control-host.ts';
import { capMemory } from './wasm-memory-cap.ts';

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

/** Assets and settings with which a process starts interpreters. */
export interface StartContext extends ThreadParts {
  readonly threads: PreloadedThreads;
  readonly snapshot: SnapshotHolder;
  readonly codec: Codec;
}

const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/**
 * @param memoryMiB cap of each interpreter's WebAssembly memory
 * @throws Error when an asset is missing or damaged
 */
export const prepareStartContext = async (
  assets: Assets,
  memoryMiB: number,
  { codec, threads }: Pick<ControlHost, 'codec' | 'threads'>,
): Promise<StartContext> => {
  const wasm = assets.take('wasm');
  capMemory(wasm, memoryMiB);
  // Other threads compile it while this one does the rest.
  const compiled = WebAssembly.compile(wasm);
  compiled.catch(() => undefined);
  const context: StartContext = {
    workerScript: text(assets.take('worker')),
    threadHost: threads,
    codec,
    threads: new PreloadedThreads(() => new InterpreterThread(context, 'restore')),
    start: {
      // In a buffer of its own: each worker receives a copy of the whole buffer of a view.
      stdlib: new Uint8Array(assets.take('stdlib')),
      guestScript: text(assets.take('guest')),
      wasm: await compiled,
    },
    snapshot: new SnapshotHolder(assets.takeIfThere('snapshot')),
    interpreterLimitMiB: interpreterLimitMiB(memoryMiB),
  };
  return context;
};
