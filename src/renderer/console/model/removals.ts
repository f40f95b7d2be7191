import { computed, shallowRef, type Ref } from 'vue';
import type { Cell } from './cell.ts';
import type { Session } from './session.ts';

export type Removal =
  | { readonly kind: 'session'; readonly session: Session; readonly index: number }
  /** The code of `cell` was put at the end of that of `upper`. */
  | {
      readonly kind: 'merge';
      readonly session: Session;
      readonly cell: Cell;
      readonly index: number;
      readonly upper: Cell;
      readonly source: { readonly before: string; readonly after: string };
    }
  | { readonly kind: 'cell'; readonly session: Session; readonly cell: Cell; readonly index: number };

/** So long something removed can come back, in ms. */
export const UNDO_MS = 120_000;

/** What was removed and can come back, for a while: the last one first. */
export class Removals {
  readonly entries: Ref<readonly Removal[]> = shallowRef([]);
  readonly #onForgotten: (removal: Removal) => void;
  readonly sessions = computed(() =>
    this.entries.value.flatMap((removal) => (removal.kind === 'session' ? [removal.session] : [])),
  );

  /** @param onForgotten told when something can't come back any more */
  constructor(onForgotten: (removal: Removal) => void) {
    this.#onForgotten = onForgotten;
  }

  add(removal: Removal): void {
    this.entries.value = [...this.entries.value, removal];
    setTimeout(() => {
      if (this.take(removal) !== null) this.#onForgotten(removal);
    }, UNDO_MS);
  }

  /** Takes one out, the last one without an argument; null when it is not there any more. */
  take(removal: Removal | undefined = this.entries.value.at(-1)): Removal | null {
    if (removal === undefined || !this.entries.value.includes(removal)) return null;
    this.entries.value = this.entries.value.filter((other) => other !== removal);
    return removal;
  }
}
