import { watch } from 'vue';
import { useServices } from '../../app/services.ts';
import { useTranslation } from '../../app/translation.ts';

/** Of several files, so many are named. */
const TOLD = 3;

/** Says which files of a person's could not be put back into their session. */
export const useUnreadToasts = (): void => {
  const { console: store, toasts } = useServices();
  const { t } = useTranslation();

  watch(store.files.unread, (unread) => {
    for (const { detail, name } of unread.slice(0, TOLD)) {
      const reason = detail ?? t('console.file.notOnDisk');
      toasts.show(t('console.file.notPutBack', { name, reason }), 'danger');
    }
  });
};
