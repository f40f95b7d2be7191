import { TEXTS } from '../../../locales/texts.ts';
import type { Language } from '../../shared/languages.ts';
import { createTranslate, type Translate } from '../../shared/translate.ts';

/** The texts of main, in the language that is set. */
export const translateTo = (language: Language): Translate => createTranslate(language, TEXTS);
