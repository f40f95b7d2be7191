import { expect, it } from 'vitest';
import { translateTo } from '../../../src/main/app/texts.ts';
import { apiErrorText } from '../../../src/renderer/shared/api-error-text.ts';
import { ApiErrorCode } from '../../../src/shared/ipc/answer.ts';
import { LANGUAGES } from '../../../src/shared/languages.ts';

const MESSAGE = 'it was in vain';
/** Says that it was tried in vain, and no more: main's line says why. */
const WITHOUT_TEXT: ReadonlySet<ApiErrorCode> = new Set(['failed']);

it.each(LANGUAGES.flatMap((language) => ApiErrorCode.options.map((code) => [language, code] as const)))(
  'in %s an error of main has a text: %s',
  (language, code) => {
    const t = translateTo(language);
    const key = `errors.api.${code}`;
    const text = apiErrorText(t, { code, message: MESSAGE });
    expect(text).not.toContain('errors.');
    if (WITHOUT_TEXT.has(code)) expect(text).toBe(t('errors.unknown', { reason: MESSAGE }));
    else expect(text).toContain(t(key));
    if (language !== 'en' && !WITHOUT_TEXT.has(code)) expect(t(key)).not.toBe(translateTo('en')(key));
  },
);
