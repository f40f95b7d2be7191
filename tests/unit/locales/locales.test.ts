import { describe, expect, it } from 'vitest';
import { LANGUAGES, languageTraits, type Language } from '../../../src/shared/languages.ts';
import { RUNTIME_NAMES, traitsOf } from '../../../src/shared/runtimes.ts';
import { createTranslate, type Texts } from '../../../src/shared/translate.ts';
import { allTexts, localeFiles, readLocale } from '../../support/locales.ts';

const SUFFIX = /_(?:zero|one|two|few|many|other)$/u;
const OTHERS = LANGUAGES.filter((language) => language !== 'en');

const flatten = (texts: Texts, prefix = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value, `${prefix}${key}.`),
  );

const textsOf = (language: Language): Map<string, string> => new Map(flatten(readLocale(language)));
const english = textsOf('en');
const baseOf = (key: string): string => key.replace(SUFFIX, '');
const isPlural = (key: string): boolean => SUFFIX.test(key);
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? '').sort();

/** The keys a language must have, plural forms as its grammar wants them. */
const keysFor = (language: Language): string[] => {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  const bases = new Set([...english.keys()].map(baseOf));
  return [...bases]
    .flatMap((base) =>
      english.has(base) ? [base] : pluralCategories.map((category) => `${base}_${category}`),
    )
    .sort();
};

/** The same word in both languages, or a name. */
const SAME: Readonly<Record<string, readonly Language[]>> = {
  'app.name': OTHERS,
  'status.python': OTHERS,
  'settings.sections.python': OTHERS,
  'settings.plugins.python.title': OTHERS,
  'documents.kind.markdown': OTHERS,
  'collapse.images_one': ['fr'],
  'collapse.images_other': ['fr'],
  'nav.console': ['fr', 'it', 'pt'],
  'console.session': ['fr'],
  'questions.session': ['fr'],
  'console.runKey': ['ja', 'pl', 'pt', 'zh'],
  'shortcuts.control': ['es', 'fr', 'it', 'ja', 'pl', 'pt', 'zh'],
  'shortcuts.shift': ['ja', 'pl', 'pt', 'zh'],
  'shortcuts.enter': ['de', 'ja', 'pl', 'pt', 'zh'],
  'shortcuts.delete': ['ja', 'pl', 'pt', 'zh'],
  'packages.name': ['de'],
  'packages.version': ['de', 'fr'],
  'activity.start': ['de'],
  'isolation.active': ['fr'],
};

it('there is one file for each language', () => {
  expect(localeFiles()).toEqual(LANGUAGES.map((language) => `${language}.json`).sort());
});

it('every runtime has its texts', () => {
  for (const name of RUNTIME_NAMES) {
    const { hasFiles, sandboxed } = traitsOf(name);
    const keys = ['Runtime', 'Description', 'Short'].map((text) => `settings.plugins.python.${name}${text}`);
    if (!sandboxed) keys.push(`isolation.notFor.${name}`);
    if (!hasFiles) keys.push(`console.noFiles.${name}`);
    expect(keys.filter((key) => !english.has(key))).toEqual([]);
  }
});

describe.each(LANGUAGES)('%s', (language) => {
  const texts = textsOf(language);

  it('has every key, and its own plural forms', () => {
    expect([...texts.keys()].sort()).toEqual(keysFor(language));
  });

  it('has no empty text, and no exclamations or placeholders of another syntax', () => {
    for (const [key, text] of texts) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      expect(text, key).not.toMatch(/[!！]|\boops\b|\$t\(|\{\{|\}\}/iu);
    }
  });

  it('has the placeholders of the English text', () => {
    for (const [key, text] of texts) {
      const model = english.get(key) ?? english.get(`${baseOf(key)}_other`) ?? '';
      // "one row" needs no number.
      const expected = placeholders(model).filter((name) => !(key.endsWith('_one') && name === 'count'));
      const found = placeholders(text).filter((name) => !(key.endsWith('_one') && name === 'count'));
      expect(found, key).toEqual(expected);
      expect(text.replaceAll(/\{\w+\}/gu, ''), key).not.toMatch(/[{}]/u);
    }
  });

  it('names every plural value "count"', () => {
    for (const [key, text] of texts) {
      if (isPlural(key)) expect(placeholders(text), key).toContain('count');
      else expect(placeholders(text), `${key} has no plural forms`).not.toContain('count');
    }
  });

  it('renders every text with i18next', () => {
    const translate = createTranslate(language, allTexts());
    for (const [key, text] of texts) {
      const values = Object.fromEntries(placeholders(text).map((name) => [name, `<${name}>`]));
      if (!isPlural(key)) expect(translate(key, values)).toBe(text.replaceAll(/\{(\w+)\}/gu, '<$1>'));
    }
    const rules = new Intl.PluralRules(language);
    for (const base of new Set([...texts.keys()].filter(isPlural).map(baseOf))) {
      for (const count of [0, 1, 2, 3, 5, 11, 21, 22, 100, 1_000_000]) {
        const form = texts.get(`${base}_${rules.select(count)}`);
        expect(translate(base, { count }), `${base} ${count}`).toBe(form?.replace('{count}', String(count)));
      }
    }
  });
});

describe.each(OTHERS)('%s', (language) => {
  const texts = textsOf(language);

  it('has no text left in English', () => {
    const same = [...texts]
      .filter(([key, text]) => english.get(key) === text && /\p{L}/u.test(text.replaceAll(/\{\w+\}/gu, '')))
      .map(([key]) => key);
    const allowed = Object.entries(SAME).flatMap(([key, languages]) =>
      languages.includes(language) ? [key] : [],
    );
    // Both ways: an entry of the list that is no longer needed must go.
    expect(same.sort()).toEqual(allowed.sort());
  });

  it('is written in its own script', () => {
    const { scripts } = languageTraits(language);
    const script = new RegExp(`[${scripts.map((name) => `\\p{Script=${name}}`).join('')}]`, 'u');
    for (const [key, text] of texts) {
      if (key in SAME || placeholders(text).length > 0) continue;
      expect(text, key).toMatch(script);
    }
  });
});

describe('translating', () => {
  it('falls back to English, and to the key itself', () => {
    const texts = { ...allTexts(), de: { nav: { console: 'Konsole' } } };
    const translate = createTranslate('de', texts);
    expect(translate('nav.console')).toBe('Konsole');
    expect(translate('nav.settings')).toBe('Settings');
    expect(translate('packages.count', { count: 2 })).toBe('2 packages');
    expect(translate('nav.nothing')).toBe('nav.nothing');
    expect(translate('__proto__.x')).toBe('__proto__.x');
  });

  it('inserts values unchanged', () => {
    const translate = createTranslate('en', allTexts());
    for (const hostile of ['{limit}', '$t(app.name)', '<b>', '{{limit}}', '$&', "$'"]) {
      expect(translate('status.stopped', { reason: hostile, limit: 'L' })).toBe(`Stopped: ${hostile}`);
    }
  });
});
