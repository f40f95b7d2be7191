/** When the process of a guest's document has to be ended. Nothing of Electron in here. */
import type { OutputEnd } from '../../shared/ipc/output.ts';
import { MIB } from '../../shared/units.ts';

export const FRAME_LIMITS = {
  /** Of one document's process: what is resident, the program's own pages included. */
  memoryBytes: 512 * MIB,
  /**
   * What the process of a small document has resident, nearly all of it shared with the others (Electron 33 on Linux:
   * 92 to 95 MiB each for twelve of them).
   */
  programBytes: 96 * MIB,
  /** Of all of them together, beyond that of the program; the largest one is ended. */
  totalMemoryBytes: 1024 * MIB,
  /** Longest time without an answer, in ms, in which the process was at work… */
  silenceMs: 8000,
  /** …for as long as this at least, in ms: one that gets no processor is not at fault. */
  silentWorkMs: 2000,
  /** The part of one processor that a document without scripts may use for good. */
  steadyShare: 0.4,
  /** Work beyond that share, in ms, as drawing a large document takes. */
  workMs: 5000,
  /** The same of a chart, which a person moves and points at. */
  chartWorkMs: 20_000,
} as const;

export interface FrameSample {
  /** In ms, of a clock that only goes on. */
  readonly at: number;
  /** What the process has worked since its start, in ms. */
  readonly workMs: number;
  readonly memoryBytes: number;
}

interface Question {
  readonly at: number;
  readonly workMs: number;
}

/** The one to be ended when all of them together have too much, or undefined. */
export const largestOfTooMany = <S extends Pick<FrameSample, 'memoryBytes'>>(
  samples: readonly S[],
): S | undefined => {
  const ownBytes = ({ memoryBytes }: S): number => Math.max(0, memoryBytes - FRAME_LIMITS.programBytes);
  const total = samples.reduce((sum, sample) => sum + ownBytes(sample), 0);
  if (total <= FRAME_LIMITS.totalMemoryBytes) return undefined;
  return samples.reduce((most, sample) => (sample.memoryBytes > most.memoryBytes ? sample : most));
};

/** What is known of one process. */
export class FrameHealth {
  readonly #workMs: number;
  #last: FrameSample | null = null;
  #excessMs = 0;
  #question: Question | null = null;

  /** @param workMs most work beyond the share that it may use for good */
  constructor(workMs: number = FRAME_LIMITS.workMs) {
    this.#workMs = workMs;
  }

  /** It was asked something; the first question without an answer counts. */
  asked({ at, workMs }: FrameSample): void {
    this.#question ??= { at, workMs };
  }

  /** Whichever question it was. */
  answered(): void {
    this.#question = null;
  }

  /** What is wrong with it now, or null. */
  judge(sample: FrameSample): Extract<OutputEnd, 'memory' | 'unresponsive'> | null {
    const { at, memoryBytes, workMs } = sample;
    const last = this.#last ?? { at, workMs: 0, memoryBytes };
    const allowed = (at - last.at) * FRAME_LIMITS.steadyShare;
    this.#excessMs = Math.max(0, this.#excessMs + workMs - last.workMs - allowed);
    this.#last = sample;
    if (memoryBytes > FRAME_LIMITS.memoryBytes) return 'memory';
    if (this.#excessMs > this.#workMs) return 'unresponsive';
    const asked = this.#question;
    const isSilent =
      asked !== null &&
      at - asked.at > FRAME_LIMITS.silenceMs &&
      workMs - asked.workMs > FRAME_LIMITS.silentWorkMs;
    return isSilent ? 'unresponsive' : null;
  }
}
