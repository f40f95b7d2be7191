import { withValueAt } from '../../shared/config/config-keys.ts';
import type { Settings } from '../config/settings.ts';
import type { HandlersOf } from './route.ts';

export const configHandlers = (settings: Settings): HandlersOf<'config'> => ({
  get: () => ({ config: settings.get(), notices: settings.notices }),
  set: async ([name, value]) => {
    const { config, saved } = await settings.update(withValueAt({}, name.split('.'), value));
    return { config, saved, notices: settings.notices };
  },
});
