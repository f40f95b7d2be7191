import { ref, type Ref } from 'vue';
import type { SettingName, SettingValues } from '../../shared/ipc/config.ts';
import { useTranslation } from '../app/translation.ts';
import { usePythonServices } from './python-services.ts';

export interface SettingBinding<K extends SettingName> {
  /** Why the last value was refused; '' when it was taken. */
  readonly error: Readonly<Ref<string>>;
  save(value: SettingValues[K]): Promise<boolean>;
}

/** Saves one setting, and provides the message when it is refused. */
export const useSetting = <K extends SettingName>(name: K): SettingBinding<K> => {
  const { settings } = usePythonServices();
  const { t } = useTranslation();
  const error = ref('');
  return {
    error,
    save: async (value) => {
      const refused = await settings.set(name, value);
      error.value = refused === null ? '' : t('settings.refused', { reason: refused.message });
      return refused === null;
    },
  };
};
