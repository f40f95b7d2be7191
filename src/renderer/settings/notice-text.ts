import type { ConfigNotice } from '../../shared/config/config.ts';
import type { Translate } from '../../shared/translate.ts';

/** What a person should know about the settings file, in words. */
export const noticeText = (t: Translate, notice: ConfigNotice): string => {
  switch (notice.code) {
    case 'damaged':
      return t('settings.notices.damaged', { detail: notice.detail, movedTo: notice.movedTo ?? '–' });
    case 'newer':
      return t('settings.notices.newer');
    case 'unreadable':
      return t('settings.notices.unreadable', { detail: notice.detail });
    case 'not-saved':
      return t('settings.notices.not-saved', { detail: notice.detail });
    case 'invalid-value':
      return t('settings.notices.invalid-value', { key: notice.key, detail: notice.detail });
  }
};
