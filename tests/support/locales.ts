import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES, type Language } from '../../src/shared/languages.ts';
import type { Texts } from '../../src/shared/translate.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'locales');

export const localeFiles = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();

export const readLocale = (language: Language): Texts =>
  JSON.parse(readFileSync(path.join(folder, `${language}.json`), 'utf8')) as Texts;

export const allTexts = (): Record<Language, Texts> =>
  Object.fromEntries(LANGUAGES.map((language) => [language, readLocale(language)])) as Record<
    Language,
    Texts
  >;
