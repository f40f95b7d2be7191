/** Marks what was found in the outputs that are in sight. Nothing of the page is changed for it. */
import type { CurrentMatch } from '../model/find/find-state.ts';
import type { Pattern } from '../model/find/pattern.ts';
import { currentRange, locatedTexts, rangesIn } from './text-positions.ts';

/** Names of the marks in find.css. */
const ALL = 'found';
const CURRENT = 'found-current';
/** More are not marked at the same time. */
const MAX_RANGES = 3000;
/** The page has its thread back after so long, in ms. */
const SLICE_MS = 8;

export interface Marked {
  readonly pattern: Pattern;
  readonly place: CurrentMatch | null;
}

/** Of one scrolling box. */
export class Marks {
  readonly #root: HTMLElement;
  #marked: Marked | null = null;
  #jobs = 0;
  #isWaiting = false;
  readonly #changes = new MutationObserver(() => this.#later());
  readonly #later = (): void => {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      void this.#mark();
    });
  };

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** @param marked null for nothing */
  show(marked: Marked | null): void {
    const wasMarked = this.#marked !== null;
    this.#marked = marked;
    if (marked === null) this.#clear();
    else {
      if (!wasMarked) this.#watch();
      this.#later();
    }
  }

  /** The current match on the page; null while it is not drawn. */
  current(): Range | null {
    const output = this.#root.querySelector('[data-found]');
    const place = this.#marked?.place ?? null;
    return output === null || place === null ? null : currentRange(output, place);
  }

  #watch(): void {
    this.#changes.observe(this.#root, { childList: true, characterData: true, subtree: true });
    // Also of boxes in it.
    this.#root.addEventListener('scroll', this.#later, { capture: true, passive: true });
    addEventListener('resize', this.#later);
  }

  #clear(): void {
    this.#jobs += 1;
    this.#changes.disconnect();
    this.#root.removeEventListener('scroll', this.#later, { capture: true });
    removeEventListener('resize', this.#later);
    CSS.highlights.delete(ALL);
    CSS.highlights.delete(CURRENT);
  }

  /** Null where there is none in a short piece. */
  *#rangesInSight(pattern: Pattern): Generator<Range | null> {
    for (const output of inSight(this.#root, this.#root.querySelectorAll<HTMLElement>('.found-item')))
      for (const placed of locatedTexts(
        inSight(this.#root, output.querySelectorAll<HTMLElement>('[data-find]')),
      ))
        yield* rangesIn(placed, pattern);
  }

  async #mark(): Promise<void> {
    this.#jobs += 1;
    const job = this.#jobs;
    const pattern = this.#marked?.pattern;
    if (pattern === undefined) return;
    const all = new Highlight();
    let begun = performance.now();
    for (const range of this.#rangesInSight(pattern)) {
      if (range !== null) all.add(range);
      if (all.size >= MAX_RANGES) break;
      if (performance.now() - begun < SLICE_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (job !== this.#jobs) return;
      begun = performance.now();
    }
    CSS.highlights.set(ALL, all);
    const range = this.current();
    const current = range === null ? new Highlight() : new Highlight(range);
    current.priority = 1;
    CSS.highlights.set(CURRENT, current);
  }
}

function* inSight(root: HTMLElement, elements: Iterable<HTMLElement>): Generator<HTMLElement> {
  const box = root.getBoundingClientRect();
  for (const element of elements) {
    const { bottom, top } = element.getBoundingClientRect();
    if (bottom >= box.top && top <= box.bottom) yield element;
  }
}
