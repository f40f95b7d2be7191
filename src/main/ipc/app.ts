import { LINKS, type AppInfo } from '../../shared/ipc/app.ts';
import type { HandlersOf } from './route.ts';

export interface AppDeps {
  readonly info: () => AppInfo;
  /** Opens an address in the browser. */
  readonly openExternal: (url: string) => Promise<void>;
}

export const appHandlers = ({ info, openExternal }: AppDeps): HandlersOf<'app'> => ({
  info: () => info(),
  openLink: async ([name]) => {
    await openExternal(LINKS[name]);
    return null;
  },
});
