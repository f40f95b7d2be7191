import de from '../../../locales/de.json' with { type: 'json' };
import en from '../../../locales/en.json' with { type: 'json' };
import es from '../../../locales/es.json' with { type: 'json' };
import fr from '../../../locales/fr.json' with { type: 'json' };
import it from '../../../locales/it.json' with { type: 'json' };
import ja from '../../../locales/ja.json' with { type: 'json' };
import pl from '../../../locales/pl.json' with { type: 'json' };
import pt from '../../../locales/pt.json' with { type: 'json' };
import zh from '../../../locales/zh.json' with { type: 'json' };
import type { Language } from '../../shared/config/config.ts';
import { createTranslate, type Texts, type Translate } from '../../shared/translate.ts';

const TEXTS: Readonly<Record<Language, Texts>> = { de, en, es, fr, it, ja, pl, pt, zh };

/** The texts of main, in the language that is set. */
export const translateTo = (language: Language): Translate => createTranslate(language, TEXTS);
