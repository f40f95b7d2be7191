/** The languages of the texts for people. The texts of each are in `locales/<name>.json`. */
import { z } from 'zod';

export interface LanguageTraits {
  /** The scripts that its texts are written in, by their Unicode names. */
  readonly scripts: readonly [string, ...string[]];
  /** Which way its lines run, as HTML's `dir` has it. */
  readonly direction: 'ltr' | 'rtl';
}

const LATIN = { scripts: ['Latin'], direction: 'ltr' } as const;

const TRAITS = {
  de: LATIN,
  en: LATIN,
  es: LATIN,
  fr: LATIN,
  it: LATIN,
  ja: { scripts: ['Hiragana', 'Katakana', 'Han'], direction: 'ltr' },
  pl: LATIN,
  pt: LATIN,
  zh: { scripts: ['Han'], direction: 'ltr' },
} as const satisfies Readonly<Record<string, LanguageTraits>>;

export type Language = keyof typeof TRAITS;

/** Where nothing says otherwise, and where a language lacks a text. */
export const DEFAULT_LANGUAGE: Language = 'en';

export const LANGUAGES = Object.keys(TRAITS) as readonly Language[];

export const Language = z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(', ')}`);

export const languageTraits = (language: Language): LanguageTraits => TRAITS[language];
