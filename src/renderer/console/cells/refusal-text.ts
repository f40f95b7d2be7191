import type { Translate } from '../../../shared/translate.ts';

/** Codes that have words of their own; main's English line is shown for the rest. */
const KNOWN = ['disabled', 'internal', 'embedded-only', 'no-source', 'store-full', 'cancelled'];

export const refusalText = (t: Translate, code: string, message: string): string =>
  KNOWN.includes(code) ? t(`errors.api.${code}`) : t('errors.unknown', { reason: message });
