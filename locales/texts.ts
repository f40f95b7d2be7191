/** The texts of all languages, from the files beside this one: each is named after its language. */
import type { Language } from '../src/shared/languages.ts';
import type { Texts } from '../src/shared/translate.ts';

const files = import.meta.glob<Texts>('./*.json', { eager: true, import: 'default' });

const languageOf = (file: string): string => file.slice('./'.length, -'.json'.length);

// That there is one for each language is checked by tests/unit/locales/locales.test.ts.
export const TEXTS = Object.fromEntries(
  Object.entries(files).map(([file, texts]) => [languageOf(file), texts]),
) as Readonly<Record<Language, Texts>>;
