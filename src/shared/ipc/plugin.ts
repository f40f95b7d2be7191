/** What the page may ask of the tool for models. */
import { z } from 'zod';

export const pluginArguments = { info: z.tuple([]) } as const;

/** The tool that chat apps and agents offer to a model. */
export interface PluginInfo {
  readonly name: string;
  readonly enabled: boolean;
  /** For the model, in English, made from what is true now. */
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: 'string';
    readonly description: string;
    readonly required: boolean;
  }[];
}
