/** What the page shows of a search. Parts of it ask for it wherever they are. */
import type { InjectionKey, Ref } from 'vue';
import type { Match } from './cell-search.ts';
import type { TextKey } from './item-texts.ts';
import type { Pattern } from './pattern.ts';

export interface FindState {
  /** What is looked for; null when nothing is. */
  readonly pattern: Readonly<Ref<Pattern | null>>;
  /** The match that one is at. */
  readonly current: Readonly<Ref<Match | null>>;
}

export const FIND_STATE: InjectionKey<FindState> = Symbol('finding');

/** Where in an output the current match is. */
export interface CurrentMatch {
  readonly key: TextKey;
  /** In UTF-16 units. */
  readonly from: number;
  readonly length: number;
}

/** Of the output that a component shows; null when the current match is elsewhere. */
export const CURRENT_MATCH: InjectionKey<Readonly<Ref<CurrentMatch | null>>> = Symbol('found place');
