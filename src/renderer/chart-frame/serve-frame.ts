/** What the frame of a chart does, whichever library draws it: it takes one specification and says what came of it. */
import { SAVED_SPEC } from '../../shared/chart-page.ts';
import {
  cutTitle,
  type ChartNote,
  type FromChartFrame,
  type ToChartFrame,
} from '../../shared/ipc/chart-frame.ts';
import { readSpec, type JsonObject } from './read-spec.ts';

export interface DrawnChart {
  /** What it is called, or how it describes itself; empty when it does not. */
  readonly title: string;
  /** A PNG as an address that begins with `data:`. */
  picture(): Promise<string>;
  /** Takes it away, so that it can be drawn anew. */
  remove(): void;
}

export interface ChartTask {
  readonly spec: JsonObject;
  readonly host: HTMLElement;
  readonly isDark: boolean;
  /** Tells the reader something; may be called later, too. */
  readonly note: (note: ChartNote) => void;
}

export type DrawChart = (task: ChartTask) => Promise<DrawnChart>;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Draws it again when the theme changes; says so to whoever shows the frame. */
class ChartFrame {
  readonly #draw: DrawChart;
  readonly #post: (message: FromChartFrame) => void;
  readonly #host: HTMLElement;
  readonly #notes = new Set<ChartNote>();
  #text = '';
  #drawn: DrawnChart | null = null;
  #drawing: Promise<void> = Promise.resolve();

  constructor(draw: DrawChart, post: (message: FromChartFrame) => void) {
    this.#draw = draw;
    this.#post = post;
    this.#host = document.body.appendChild(document.createElement('main'));
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
      if (/^(?:https?|wss?)/u.test(blockedURI)) this.#note('network');
    });
    new ResizeObserver(() => this.#postDrawn()).observe(this.#host);
    dark.addEventListener('change', () => void this.draw(this.#text));
  }

  draw(text: string): Promise<void> {
    this.#drawing = this.#drawNow(text);
    return this.#drawing;
  }

  async #drawNow(text: string): Promise<void> {
    this.#text = text;
    this.#drawn?.remove();
    this.#drawn = null;
    this.#host.replaceChildren();
    const read = readSpec(text);
    if (!read.ok) {
      this.#post({ kind: 'failed', reason: read.reason, detail: '' });
      return;
    }
    try {
      this.#drawn = await this.#draw({
        spec: read.spec,
        host: this.#host,
        isDark: dark.matches,
        note: (note) => this.#note(note),
      });
      const title = this.#drawn.title;
      document.title = title;
      this.#host.setAttribute('aria-label', title);
      this.#postDrawn();
    } catch (error) {
      this.#host.replaceChildren();
      this.#post({ kind: 'failed', reason: 'not-drawn', detail: cutTitle(messageOf(error)) });
    }
  }

  /** Also of what is being drawn only now. */
  async picture(): Promise<void> {
    await this.#drawing;
    const url = await this.#drawn?.picture().catch(() => '');
    this.#post({ kind: 'picture', url: url ?? '' });
  }

  #note(note: ChartNote): void {
    if (this.#notes.has(note)) return;
    this.#notes.add(note);
    this.#postDrawn();
  }

  #postDrawn(): void {
    if (this.#drawn === null) return;
    const title = cutTitle(this.#drawn.title);
    const { clientHeight, offsetHeight, scrollHeight } = this.#host;
    // With the bar below a chart that is too wide.
    const height = scrollHeight + offsetHeight - clientHeight;
    this.#post({ kind: 'drawn', title, height, notes: [...this.#notes] });
  }
}

export const serveFrame = (draw: DrawChart): void => {
  const saved = document.getElementById(SAVED_SPEC)?.textContent ?? null;
  if (saved !== null) {
    const frame = new ChartFrame(draw, (message) => {
      if (message.kind === 'failed') document.body.append(`This chart could not be drawn. ${message.detail}`);
    });
    void frame.draw(saved);
    return;
  }
  // The page is of another origin, and nothing of it is known here but that it is the parent.
  const frame = new ChartFrame(draw, (message) => parent.postMessage(message, '*'));
  addEventListener('message', ({ data, source }: MessageEvent<ToChartFrame>) => {
    if (source !== parent) return;
    switch (data.kind) {
      case 'draw':
        void frame.draw(data.spec);
        return;
      case 'picture':
        void frame.picture();
        return;
    }
  });
};
