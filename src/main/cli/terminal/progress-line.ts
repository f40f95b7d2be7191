import { oneLine } from '../../foreign-text/printable.ts';
import type { OutputStream } from './stdio.ts';

const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

export interface ProgressState {
  /** What moved last; foreign text is made safe here. */
  readonly label: string;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
}

/** Progress on stderr: one line that is redrawn on a terminal, a line for each finished file elsewhere. */
export class ProgressLine {
  readonly #stream: OutputStream;
  readonly #columns: number;
  readonly #now: () => number;
  #drawnAt = -Infinity;
  #filesDone = 0;
  #last: ProgressState | null = null;
  /** Whether words stand in the line that are not to stay. */
  #hasWords = false;

  constructor(stream: OutputStream, columns: number, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#columns = columns;
    this.#now = now;
  }

  update(state: ProgressState): void {
    if (this.#stream.isTty) {
      this.redraw(state);
    } else if (state.filesDone > this.#filesDone) {
      this.#filesDone = state.filesDone;
      this.#write(`${plain(state)}\n`);
    }
  }

  /** For work that is not worth lines of its own: seen on a terminal only. */
  redraw(state: ProgressState): void {
    if (!this.#stream.isTty) return;
    this.#last = state;
    if (this.#now() - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = this.#now();
    this.#write(CLEAR_LINE + this.#drawn(state));
  }

  /** Words in the place of the progress, on a terminal only; '' takes them away. Nothing of them stays. */
  say(words: string): void {
    if (!this.#stream.isTty || (words === '' && !this.#hasWords)) return;
    // What was fetched stays above.
    this.end();
    this.#write(CLEAR_LINE + oneLine(words).slice(0, Math.max(0, this.#columns - 1)));
    this.#hasWords = words !== '';
  }

  /** Leaves the last state standing. */
  end(): void {
    if (this.#hasWords) this.#write(CLEAR_LINE);
    this.#hasWords = false;
    if (this.#last !== null) this.#write(`${CLEAR_LINE}${this.#drawn(this.#last)}\n`);
    this.#last = null;
  }

  #drawn(state: ProgressState): string {
    const filled = Math.round((BAR_WIDTH * state.filesDone) / Math.max(1, state.filesTotal));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    return `${bar} ${plain(state)}`.slice(0, Math.max(1, this.#columns - 1));
  }

  #write(text: string): void {
    // Nobody waits for a progress bar; failures of the stream are noted by the stream.
    void this.#stream.writeTrusted(text);
  }
}

const plain = ({ label, filesDone, filesTotal, bytesDone }: ProgressState): string =>
  `${filesDone}/${filesTotal}  ${megabytes(bytesDone)}  ${oneLine(label)}`;

export const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
