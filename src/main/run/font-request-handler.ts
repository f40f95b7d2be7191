import type { FontsQuestion } from '../../shared/protocol/blocking-calls.ts';
import type { FontRequest } from './backend.ts';
import type { RunOptions } from './run-options.ts';

/** Longest wait for fonts, in ms, and the part of the run's time that it may take at most. */
const MAX_WAIT_MS = 30_000;
const MAX_PART = 1 / 3;

/** Brings what is asked for, and answers the guest, see `Interpreter.bringFonts`. */
type BringFonts = (request: FontRequest) => Promise<readonly string[]>;

/** Answers the requests of one run for fonts. Each module is looked for once: a guest can't have it tried again and again. */
export class FontRequestHandler {
  readonly #limitMs: number;
  readonly #onPackages: RunOptions['onPackages'];
  #hasEnded = false;
  /** While something is being brought. */
  #bringing: AbortController | undefined;
  readonly #tried = new Set<string>();
  readonly #brought: string[] = [];
  #bring: BringFonts | undefined;
  /** Settles when all that was asked for so far is over. */
  #earlier: Promise<void> = Promise.resolve();

  /** @param limitMs the run's time limit */
  constructor(limitMs: number, onPackages: RunOptions['onPackages']) {
    this.#limitMs = Math.min(MAX_WAIT_MS, limitMs * MAX_PART);
    this.#onPackages = onPackages;
  }

  /** Names of packages that were put into the interpreter. */
  get brought(): readonly string[] {
    return this.#brought;
  }

  connect(bring: BringFonts): void {
    this.#bring = bring;
  }

  /** In turn: a guest that has its answer may ask again before all of that is over here. Never rejects. */
  ask(question: FontsQuestion): Promise<void> {
    this.#earlier = this.#earlier.then(() => this.#answer(question));
    return this.#earlier;
  }

  async #answer({ call, modules }: FontsQuestion): Promise<void> {
    if (this.#hasEnded || this.#bring === undefined) return;
    const untried = modules.filter((module) => !this.#tried.has(module));
    for (const module of untried) this.#tried.add(module);
    const { signal } = (this.#bringing = new AbortController());
    const request = { call, modules: untried, limitMs: this.#limitMs, signal, onPackages: this.#onPackages };
    this.#brought.push(...(await this.#bring(request)));
    this.#bringing = undefined;
  }

  /** The run is over, or is to stop. */
  end(): void {
    this.#hasEnded = true;
    this.#bringing?.abort();
  }
}
