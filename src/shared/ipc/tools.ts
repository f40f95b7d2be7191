/** What the page may ask of servers whose tools code can call. */
import { z } from 'zod';

/** Longest name of a server, in UTF-16 units. */
const NAME_LENGTH = 64;

export const toolsArguments = {
  status: z.tuple([]),
  choose: z.tuple([z.strictObject({ title: z.string().max(200).exactOptional() })]),
  reload: z.tuple([]),
  functions: z.tuple([z.string().max(NAME_LENGTH)]),
} as const;

/**
 * `off` until it is switched on; `changed`: off, since the file says something else of it than when it was switched on;
 * `missing`: it could not be had; `ended`: the next call starts it anew.
 */
export type ToolServerState = 'off' | 'changed' | 'starting' | 'running' | 'missing' | 'ended';

export interface ToolServerStatus {
  /** As the file has it, and as it is fit to be shown. */
  readonly name: string;
  readonly shownName: string;
  /** What code imports from `host`. */
  readonly pythonName: string;
  /** Program and arguments in one line, fit to be shown. */
  readonly command: string;
  /** SHA-256 of all that the file says of it: who switches it on names what was shown. */
  readonly declared: string;
  readonly state: ToolServerState;
  /** What it offers code to call, those left out that are always denied. */
  readonly functions: number;
  /** What was last said of it, in English; empty for nothing. */
  readonly note: string;
}

export interface ToolsStatus {
  /** Why the file can't be used, in English; null when it can, or there is none. */
  readonly problem: string | null;
  readonly servers: readonly ToolServerStatus[];
}
