import type { FileDialogs } from '../app/file-dialogs.ts';
import type { ToolServers } from '../app/tool-servers.ts';
import type { Settings } from '../config/settings.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

export interface ToolsDeps {
  readonly tools: ToolServers;
  readonly settings: Pick<Settings, 'update'>;
  readonly dialogs: Pick<FileDialogs, 'pick'>;
}

export const toolsHandlers = ({ dialogs, settings, tools }: ToolsDeps): HandlersOf<'tools'> => ({
  status: () => tools.status,
  choose: async ([options]) => {
    const file = await dialogs.pick(options);
    if (file === null) return false;
    // A server of the same name in another file is another server.
    await settings.update({ tools: { file, on: [] } });
    return true;
  },
  reload: async () => {
    await tools.refresh();
    return null;
  },
  functions: async ([server]) => {
    const stubs = await tools.stubsOf(server);
    if (stubs === null) throw new ApiFailure('not-found', 'that server offers nothing now');
    return stubs;
  },
});
