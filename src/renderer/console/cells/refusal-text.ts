import type { ApiErrorCode } from '../../../shared/ipc/answer.ts';
import type { Translate } from '../../../shared/translate.ts';

/** Whether a code says enough to have words of its own; main's line, in English, says more of the rest. */
const HAS_WORDS: Readonly<Record<ApiErrorCode, boolean>> = {
  disabled: true,
  internal: true,
  'embedded-only': true,
  'no-source': true,
  'store-full': true,
  cancelled: true,
  'invalid-argument': false,
  forbidden: false,
  'duplicate-id': false,
  'not-found': false,
  'invalid-setting': false,
  'too-complex': false,
  failed: false,
  'unknown-package': false,
  'not-allowed': false,
  'auto-install-off': false,
  'version-unavailable': false,
  'bad-requirement': false,
  'bad-script-metadata': false,
  'too-large': false,
  'timed-out': false,
  'hash-mismatch': false,
  'bad-lock': false,
  'bad-pack': false,
  'bad-wheel': false,
  'files-clash': false,
  'bad-settings': false,
  'store-unwritable': false,
  'store-unreadable': false,
};

/** What a person reads of main's refusal. */
export const refusalText = (t: Translate, code: ApiErrorCode, message: string): string =>
  HAS_WORDS[code] ? t(`errors.api.${code}`) : t('errors.unknown', { reason: message });
