import type { RunPythonCode } from '../plugin/run-python-code.ts';
import type { HandlersOf } from './route.ts';

/** @param refresh brings what the description is made of up to date */
export const pluginHandlers = (tool: RunPythonCode, refresh: () => Promise<void>): HandlersOf<'plugin'> => ({
  info: async () => {
    await refresh();
    return {
      name: tool.name,
      enabled: tool.isEnabled(),
      description: tool.getDescription(),
      parameters: tool.parameters,
    };
  },
});
