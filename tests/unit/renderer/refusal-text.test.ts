import { expect, it } from 'vitest';
import { translateTo } from '../../../src/main/app/texts.ts';
import { refusalText } from '../../../src/renderer/console/cells/refusal-text.ts';
import { ApiErrorCode } from '../../../src/shared/ipc/answer.ts';

const MESSAGE = 'it was in vain';

it.each(ApiErrorCode.options)('a refusal is told in words: %s', (code) => {
  const text = refusalText(translateTo('de'), code, MESSAGE);
  expect(text).not.toMatch(/errors\./u);
  // Without words of its own it says what main said.
  const own = translateTo('de')(`errors.api.${code}`);
  expect(text).toContain(own === `errors.api.${code}` ? MESSAGE : own);
});
