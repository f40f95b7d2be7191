import type { RunDisplay, RunValue } from '../../../shared/contract/run.ts';
import { isClearing } from '../../../shared/contract/streamed-output.ts';
import { isBare } from '../../run/readable-form.ts';
import type { CommandOutput } from '../terminal/stdio.ts';
import { textOfDisplay } from './display-text.ts';

/** Prints the text of what a run shows, in its place among what the run prints. */
export class DisplayPrinter {
  readonly #out: CommandOutput;
  /** The newest: at the end of a run it is its value, where that has more than text to show. */
  #held: RunDisplay | null = null;

  constructor(out: CommandOutput) {
    this.#out = out;
  }

  async show(display: RunDisplay): Promise<void> {
    await this.release();
    if (isClearing(display)) await this.#out.stdout.clearScreen();
    else this.#held = display;
  }

  /** Prints what is held back: something else is to come after it. */
  async release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    const text = held === null ? null : textOfDisplay(held);
    if (text !== null) await this.#print(text);
  }

  /** The end of the run: each thing is printed once, also the value that was shown. */
  async end(value: RunValue | null): Promise<void> {
    const held = this.#held;
    if (value === null || held === null) {
      await this.release();
      if (value !== null) await this.#print(`${value.text}\n`);
      return;
    }
    const isValue = held.mime['text/plain'] === value.text || isBare(value.text);
    if (!isValue) await this.release();
    const text = isValue ? textOfDisplay(held) : null;
    this.#held = null;
    await this.#print(text ?? `${value.text}\n`);
  }

  async #print(text: string): Promise<void> {
    const { stdout } = this.#out;
    const gap = stdout.atLineStart ? '' : '\n';
    await stdout.writeGuestText(`${gap}${text}${text.endsWith('\n') ? '' : '\n'}`);
  }
}
