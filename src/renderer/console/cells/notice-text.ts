import { AbsentFeature } from '../../../shared/absent.ts';
import type { RunNotice } from '../../../shared/contract/run.ts';
import type { Translate } from '../../../shared/translate.ts';

const KEYS: Readonly<Record<Exclude<RunNotice['code'], 'absent'>, string>> = {
  'files-left-out': 'console.filesLeftOut',
  'too-many-files': 'console.tooManyFiles',
  'files-elsewhere': 'console.filesElsewhere',
  'files-renamed': 'console.filesRenamed',
  'files-open': 'console.filesOpen',
  'package-not-installed': 'console.packageNotInstalled',
};

/** What a person should know beside a run's result, in their own language; for details, main's English line. */
export const noticeText = (t: Translate, { code, message, values = {} }: RunNotice): string => {
  if (code !== 'absent') return t(KEYS[code], { ...values, detail: message });
  const feature = AbsentFeature.safeParse(values['feature']);
  return feature.success ? t(`console.absent.${feature.data}`, { module: values['module'] ?? '' }) : message;
};
