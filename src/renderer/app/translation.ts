/** The words of the window, in the language of the settings. */
import { computed, inject, type ComputedRef, type InjectionKey, type Ref } from 'vue';
import { TEXTS } from '../../../locales/texts.ts';
import type { Language } from '../../shared/languages.ts';
import { createTranslate, type Translate } from '../../shared/translate.ts';
import { createFormat, type Format } from '../shared/format.ts';

export interface Translation {
  readonly t: Translate;
  readonly format: ComputedRef<Format>;
}

export const createTranslation = (language: Readonly<Ref<Language>>): Translation => {
  const translate = computed(() => createTranslate(language.value, TEXTS));
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
