import { useServices } from '../../app/services.ts';
import { useTranslation } from '../../app/translation.ts';
import { apiErrorText } from '../../shared/api-error-text.ts';

/** Saves where the person points, and says where that was. */
export const useSaveFile = (): ((name: string, bytes: Uint8Array) => Promise<void>) => {
  const { api, toasts } = useServices();
  const { t } = useTranslation();
  return async (name, bytes) => {
    const answer = await api.file.saveFile(name, bytes);
    if (!answer.ok) toasts.show(apiErrorText(t, answer.error), 'danger');
    else if (answer.value !== null) toasts.show(t('common.savedAs', { path: answer.value.path }));
  };
};
