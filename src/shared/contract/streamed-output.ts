/**
 * Output of a run is sent once to whoever gets it as it comes: the result that follows on the same way leaves it out, and
 * the receiver puts it back.
 */
import { CLEAR_OUTPUT } from './clear-output.ts';
import type { RunDisplay, RunOutput, RunResult } from './run.ts';

/** How much of a run's output its receiver has: text in UTF-16 units, and how many things that were shown. */
export interface StreamedAmount {
  readonly stdout: number;
  readonly stderr: number;
  readonly outputs: number;
}

/** Whether it takes away what was shown before, also from the result, instead of adding to it. */
export const isClearing = ({ mime }: RunDisplay): boolean => Object.hasOwn(mime, CLEAR_OUTPUT);

/** A result without what was streamed before, which is the beginning of each of its texts and lists. */
export const withoutStreamed = (
  result: RunResult,
  { outputs, stderr, stdout }: StreamedAmount,
): RunResult => ({
  ...result,
  stdout: result.stdout.slice(stdout),
  stderr: result.stderr.slice(stderr),
  outputs: result.outputs.slice(outputs),
});

/** The receiver's side: keeps what comes until the result is there. */
export class StreamedOutput {
  readonly #texts: Record<RunOutput['stream'], string> = { stdout: '', stderr: '' };
  readonly #outputs: RunDisplay[] = [];

  text(stream: RunOutput['stream'], text: string): void {
    this.#texts[stream] += text;
  }

  display(display: RunDisplay): void {
    if (isClearing(display)) this.#outputs.length = 0;
    else this.#outputs.push(display);
  }

  /** The whole result. */
  complete(rest: RunResult): RunResult {
    return {
      ...rest,
      stdout: this.#texts.stdout + rest.stdout,
      stderr: this.#texts.stderr + rest.stderr,
      outputs: [...this.#outputs, ...rest.outputs],
    };
  }
}
