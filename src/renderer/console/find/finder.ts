/** The search through the session in view: what is looked for, where it was found, and which place is shown. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import type { Cell, CellItem } from '../model/cell.ts';
import { MAX_MATCHES, PartSearch, type Match, type ReadTexts } from '../model/find/cell-search.ts';
import type { FindState } from '../model/find/find-state.ts';
import { caseFolds, patternOf, type Pattern } from '../model/find/pattern.ts';
import type { Session } from '../model/session.ts';

/** From a change of what is written or printed to its search, in ms. */
const PAUSE_MS = 150;
/** The page has its thread back after so long, in ms. */
const SLICE_MS = 10;

export interface FindResults {
  readonly all: readonly Match[];
  /** Nothing is left to be searched. */
  readonly isWhole: boolean;
  /** There are more than are counted. */
  readonly isCut: boolean;
}
const NOTHING: FindResults = { all: [], isWhole: true, isCut: false };

/** Libraries draw them, in processes of their own. */
const isChart = (item: CellItem): boolean => item.kind === 'rich' && item.shown.kind === 'chart';
/** They are in the interpreter. */
const hasFurtherRows = (item: CellItem): boolean =>
  item.kind === 'rich' &&
  item.shown.kind === 'table' &&
  item.shown.table.head.length < item.shown.table.keptRows;

export class Finder implements FindState {
  readonly isOpen = ref(false);
  /** Counts how often it was asked for: the keyboard goes to its field. */
  readonly asked = ref(0);
  /** Counts how often the menu has asked for it. */
  readonly wished = ref(0);
  readonly text = ref('');
  readonly matchesCase = ref(false);
  readonly isWholeWord = ref(false);
  readonly pattern = computed(() => {
    const [text, matchesCase, isWholeWord] = [
      this.text.value,
      this.matchesCase.value,
      this.isWholeWord.value,
    ];
    if (!this.isOpen.value) return null;
    this.#folds ??= caseFolds();
    return patternOf({ text, matchesCase, isWholeWord }, this.#folds);
  });
  readonly found: Ref<FindResults> = shallowRef(NOTHING);
  readonly current: Ref<Match | null> = shallowRef(null);
  /** Place of the current match among all, from 0; -1 without one. */
  readonly at = computed(() =>
    this.current.value === null ? -1 : this.found.value.all.indexOf(this.current.value),
  );
  /** Outputs of the session in which there is more than is searched. */
  readonly unsearched = computed(() => {
    const cells = this.pattern.value === null ? [] : (this.#session.value?.cells ?? []);
    const items = cells.flatMap((cell) => cell.items);
    return { charts: items.filter(isChart).length, tables: items.filter(hasFurtherRows).length };
  });
  /** The match that is to come into sight; a new one each time. */
  readonly shown: Ref<{ readonly match: Match } | null> = shallowRef(null);
  readonly #session: Readonly<Ref<Session | null>>;
  #folds: Uint16Array | null = null;
  #parts = new Map<object, PartSearch>();
  /** Counts the passes through the session, so that a new one ends the one before. */
  #passes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where to look from when there is no current match. */
  #from: Cell | null = null;
  /** The match that was current when something else was looked for. */
  #before: Match | null = null;

  /** @param session the one in view */
  constructor(session: Readonly<Ref<Session | null>>) {
    this.#session = session;
    watch(session, () => {
      this.#from = null;
      this.current.value = null;
    });
    watch([this.pattern, session], () => this.#start());
    // New lists each time, so that any change in them counts.
    watch(
      () =>
        this.pattern.value === null
          ? []
          : (session.value?.cells ?? []).map(({ items, source }) => [items, source]),
      () => {
        // Not from the last change on: output may come in without an end.
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          void this.#search(false);
        }, PAUSE_MS);
      },
    );
  }

  /** Whatever shows it opens it then. */
  ask(): void {
    this.wished.value += 1;
  }

  /** @param from the cell that one is at @param text to be looked for instead of what was */
  open(from: Cell | null, text = ''): void {
    this.#from = from;
    if (text !== '') this.text.value = text;
    this.isOpen.value = true;
    this.asked.value += 1;
  }

  close(): void {
    this.isOpen.value = false;
  }

  /** To the next match, or the one before; after the last comes the first. */
  go(by: 1 | -1): void {
    const { all } = this.found.value;
    const from = this.at.value < 0 && by < 0 ? 0 : this.at.value;
    const next = all[(from + by + all.length) % all.length];
    if (next !== undefined) this.#show(next);
  }

  #show(match: Match): void {
    this.current.value = match;
    this.shown.value = { match };
  }

  /** Something else is looked for. */
  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#parts = new Map();
    // From where one is on: a longer text is often found at the same place.
    this.#from = this.current.value?.cell ?? this.#from;
    this.#before = this.current.value;
    this.found.value = { ...NOTHING, isWhole: false };
    this.current.value = null;
    void this.#search(true);
  }

  /** @param isNew what is found is shown at once; otherwise once all of it was found */
  async #search(isNew: boolean): Promise<void> {
    this.#passes += 1;
    const pass = this.#passes;
    const pattern = this.pattern.value;
    const session = this.#session.value;
    if (pattern === null || session === null) {
      this.found.value = NOTHING;
      this.current.value = null;
      return;
    }
    // What reads Markdown and HTML is loaded when something is looked for.
    const { textsOf } = await import('../model/find/item-texts.ts');
    if (pass !== this.#passes) return;
    const all: Match[] = [];
    const parts = new Map<object, PartSearch>();
    let begun = performance.now();
    for (const [key, part] of this.#partsOf(session, pattern, textsOf)) {
      parts.set(key, part);
      while (!part.step()) {
        if (performance.now() - begun < SLICE_MS) continue;
        if (isNew) this.#publish({ all: [...all, ...part.matches], isWhole: false, isCut: false });
        await nextTask();
        if (pass !== this.#passes) return;
        begun = performance.now();
      }
      for (const match of part.matches) all.push(match);
      if (all.length > MAX_MATCHES) break;
    }
    // What is shown now may take a while of its own to be drawn.
    await nextTask();
    if (pass !== this.#passes) return;
    // Outputs that are gone are forgotten.
    this.#parts = parts;
    this.#publish({ all: all.slice(0, MAX_MATCHES), isWhole: true, isCut: all.length > MAX_MATCHES });
  }

  *#partsOf(session: Session, pattern: Pattern, read: ReadTexts): Generator<[object, PartSearch]> {
    for (const cell of session.cells)
      for (const item of [null, ...cell.items]) {
        const key = item ?? cell;
        const part = this.#parts.get(key) ?? new PartSearch(cell, item, pattern, read);
        this.#parts.set(key, part);
        yield [key, part];
      }
  }

  #publish(found: FindResults): void {
    this.found.value = found;
    const current = this.current.value;
    if (current !== null && found.all.includes(current)) return;
    // There may be one behind it that was not found yet.
    const first = found.isWhole ? (found.all[0] ?? null) : null;
    const next = this.#nearest(found.all, current ?? this.#before) ?? first;
    // What has changed by itself moves nothing.
    if (current !== null && (next !== null || found.isWhole)) this.current.value = next;
    else if (next !== null) this.#show(next);
  }

  /** The first match at a place or behind it; null without one. */
  #nearest(all: readonly Match[], place: Match | null): Match | null {
    const cells = this.#session.value?.cells ?? [];
    const order = new Map(cells.map((cell, index) => [cell, index]));
    const start = place?.cell ?? this.#from;
    const first = start === null ? 0 : (order.get(start) ?? 0);
    const items = new Map(start?.items.map((item, index) => [item, index]));
    /** Among the outputs of that cell; -1 for its code. */
    const partIndex = ({ item }: Match): number => (item === null ? -1 : (items.get(item) ?? -1));
    const isBehind = (match: Match): boolean => {
      const at = order.get(match.cell) ?? 0;
      if (at !== first || place === null) return at >= first;
      const [own, its] = [partIndex(match), partIndex(place)];
      if (own !== its) return own > its;
      return match.text === place.text ? match.from >= place.from : match.text > place.text;
    };
    return all.find(isBehind) ?? null;
  }
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
