/** Texts for people, from `locales/*.json`: i18next's JSON format, with `{name}` for values and plural suffixes. */
import { createInstance } from 'i18next';
import { DEFAULT_LANGUAGE, type Language } from './languages.ts';

/** A locale file. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

/**
 * The text of a key such as `console.run`, with values put in as they are; `count` chooses the plural form.
 * A key that a language lacks is in English; one that is nowhere comes back itself.
 */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export const createTranslate = (language: Language, texts: Readonly<Record<Language, Texts>>): Translate => {
  const i18n = createInstance();
  void i18n.init({
    lng: language,
    fallbackLng: DEFAULT_LANGUAGE,
    resources: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { translation: text }])),
    // With the texts at hand nothing has to be waited for.
    initAsync: false,
    nsSeparator: false,
    // Whoever shows the text escapes it in its own way; what is put in is never looked at again.
    interpolation: { prefix: '{', suffix: '}', escapeValue: false, skipOnVariables: true },
  });
  return (key, values = {}) => i18n.t(key, { ...values, nest: false });
};
