import type { RunNotice } from '../../shared/contract/sandbox.ts';
import type { Translate } from '../../shared/translate.ts';

const KEYS: Readonly<Record<RunNotice['code'], string>> = {
  'files-left-out': 'console.filesLeftOut',
};

/** What a person should know beside a run's result, with main's English line for the details. */
export const noticeText = (t: Translate, { code, message }: RunNotice): string =>
  t(KEYS[code], { detail: message });
