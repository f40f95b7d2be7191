import { DEFAULT_LANGUAGE, type Language, LANGUAGES } from '../../shared/languages.ts';

/** The language that a tag such as `de-AT` stands for, if there are texts in it. */
const languageOf = (tag: string): Language | undefined => {
  const [primary] = tag.toLowerCase().split('-');
  return LANGUAGES.find((language) => language === primary);
};

/** By the nearest `lang` of an element, up through shadow roots; English where that is of no language we have. */
export const languageAt = (element: Element): Language => {
  let place: Element | null = element;
  while (place !== null) {
    const stated: Element | null = place.closest('[lang]');
    if (stated !== null) return languageOf(stated.getAttribute('lang') ?? '') ?? DEFAULT_LANGUAGE;
    const root: Node = place.getRootNode();
    place = root instanceof ShadowRoot ? root.host : null;
  }
  return DEFAULT_LANGUAGE;
};
