import type { Readable } from 'node:stream';

/**
 * What engines and allocators print when they abort because an allocation failed: V8 and Node for a heap at its limit or
 * a single object that is larger than any may be, C++ for an allocation that was refused.
 */
const MEMORY_WORDS =
  /^(?:# *)?(?:FATAL ERROR: .*|Fatal process |terminate called .*)(?:out of memory|OOM|allocation failed|bad_alloc)|^# Fatal JavaScript invalid size error/imu;

/** Longest line that is examined, in UTF-16 units. */
const KEPT = 512;
/** How long output may still arrive after the exit was reported, in ms. */
const ARRIVES_MS = 300;

/** Whether this is an engine's message about a failed allocation. */
export const saysOutOfMemory = (text: string): boolean => MEMORY_WORDS.test(text);

/**
 * Listens to what a process prints to standard error, and keeps of it whether memory ran out. A guest that has taken
 * its process over can print the same: it may have died of that as well.
 */
export class StderrMonitor {
  #tail = '';
  #outOfMemory = false;
  readonly #ended: Promise<void>;

  /** @param stream null where there is none */
  constructor(stream: Readable | null) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => this.#hear(text));
    // A broken pipe counts as the end of the output.
    stream?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      if (stream === null) resolve();
      else stream.once('close', resolve);
    });
  }

  /** Whether memory ran out. To be called once the process has exited, with its signal if any; waits for pending output. */
  async saidOutOfMemory(signal: string | null): Promise<boolean> {
    // It was killed from outside, not by a failed allocation.
    if (signal === 'SIGKILL') return false;
    let tooLate: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      tooLate = setTimeout(resolve, ARRIVES_MS);
    });
    await Promise.race([this.#ended, limit]);
    clearTimeout(tooLate);
    return this.#outOfMemory;
  }

  #hear(text: string): void {
    if (this.#outOfMemory) return;
    const heard = this.#tail + text;
    this.#outOfMemory = saysOutOfMemory(heard);
    this.#tail = heard.slice(-KEPT);
  }
}
