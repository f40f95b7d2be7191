/** The words of the window, in the language of the settings. */
import { computed, inject, type ComputedRef, type InjectionKey, type Ref } from 'vue';
import de from '../../../locales/de.json';
import en from '../../../locales/en.json';
import es from '../../../locales/es.json';
import fr from '../../../locales/fr.json';
import it from '../../../locales/it.json';
import ja from '../../../locales/ja.json';
import pl from '../../../locales/pl.json';
import pt from '../../../locales/pt.json';
import zh from '../../../locales/zh.json';
import type { Language } from '../../shared/config/config.ts';
import { createTranslate, type Translate } from '../../shared/translate.ts';
import { createFormat, type Format } from '../shared/format.ts';

export interface Translation {
  readonly t: Translate;
  readonly format: ComputedRef<Format>;
}

export const createTranslation = (language: Readonly<Ref<Language>>): Translation => {
  const texts = { de, en, es, fr, it, ja, pl, pt, zh };
  const translate = computed(() => createTranslate(language.value, texts));
  return {
    // Reading the language makes whatever shows the text depend on it.
    t: (key, values) => translate.value(key, values),
    format: computed(() => createFormat(language.value)),
  };
};

export const TRANSLATION: InjectionKey<Translation> = Symbol('translation');

/** @throws Error outside of the app */
export const useTranslation = (): Translation => {
  const translation = inject(TRANSLATION);
  if (translation === undefined) throw new Error('the app provides no translation');
  return translation;
};
