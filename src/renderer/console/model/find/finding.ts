/** What the page shows of a search. Parts of it ask for it wherever they are. */
import type { InjectionKey, Ref } from 'vue';
import type { Match } from './cell-search.ts';
import type { TextKey } from './item-texts.ts';
import type { Pattern } from './pattern.ts';

export interface Finding {
  /** What is looked for; null when nothing is. */
  readonly pattern: Readonly<Ref<Pattern | null>>;
  /** The match that one is at. */
  readonly current: Readonly<Ref<Match | null>>;
}

export const FINDING: InjectionKey<Finding> = Symbol('finding');

/** Where in an output the current match is. */
export interface FoundPlace {
  readonly key: TextKey;
  /** In UTF-16 units. */
  readonly from: number;
  readonly length: number;
}

/** Of the output that a component shows; null when the current match is elsewhere. */
export const FOUND_PLACE: InjectionKey<Readonly<Ref<FoundPlace | null>>> = Symbol('found place');
