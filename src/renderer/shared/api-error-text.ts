import type { ApiError, ApiErrorCode } from '../../shared/ipc/answer.ts';
import type { Translate } from '../../shared/translate.ts';

/** What a person reads of a code: its text, that with main's line in English, which says of what, or the line alone. */
const SHOWN: Readonly<Record<ApiErrorCode, 'text' | 'text-and-reason' | 'reason'>> = {
  disabled: 'text',
  internal: 'text',
  'embedded-only': 'text',
  'no-source': 'text',
  'store-full': 'text',
  cancelled: 'text',
  'too-complex': 'text',
  'invalid-argument': 'text-and-reason',
  forbidden: 'text-and-reason',
  'duplicate-id': 'text-and-reason',
  'not-found': 'text-and-reason',
  'invalid-setting': 'text-and-reason',
  'unknown-package': 'text-and-reason',
  'not-allowed': 'text-and-reason',
  'auto-install-off': 'text-and-reason',
  'version-unavailable': 'text-and-reason',
  'bad-requirement': 'text-and-reason',
  'bad-script-metadata': 'text-and-reason',
  'too-large': 'text-and-reason',
  'timed-out': 'text-and-reason',
  'hash-mismatch': 'text-and-reason',
  'bad-lock': 'text-and-reason',
  'bad-pack': 'text-and-reason',
  'bad-wheel': 'text-and-reason',
  'files-clash': 'text-and-reason',
  'bad-settings': 'text-and-reason',
  'store-unwritable': 'text-and-reason',
  'store-unreadable': 'text-and-reason',
  // Anything: the code says nothing.
  failed: 'reason',
};

/** An error of main's as a person reads it, in their language. */
export const apiErrorText = (t: Translate, { code, message }: ApiError): string => {
  switch (SHOWN[code]) {
    case 'text':
      return t(`errors.api.${code}`);
    case 'text-and-reason':
      return t('errors.withReason', { text: t(`errors.api.${code}`), reason: message });
    case 'reason':
      return t('errors.unknown', { reason: message });
  }
};
