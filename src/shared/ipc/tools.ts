/** What the page may ask of servers whose tools code can call. */
import { z } from 'zod';
import type { ServerPart, ServerParts } from '../config/tool-server-parts.ts';

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

export const CALL_DECISIONS = ['ask', 'allow', 'deny'] as const;

export type CallDecisions = Readonly<Record<(typeof CALL_DECISIONS)[number], readonly string[]>> & {
  /** Of the tools that are in none of the lists. */
  readonly others: (typeof CALL_DECISIONS)[number];
};

export interface ToolServerStatus {
  /** As the file has it, and as it is fit to be shown. */
  readonly name: string;
  readonly shownName: string;
  /** What code imports from `host`. */
  readonly pythonName: string;
  /** Program and arguments in one line, fit to be shown. */
  readonly command: string;
  /** Names of the variables that the file gives it. Their values may be secret. */
  readonly variables: readonly string[];
  readonly folder: string;
  /** What is decided on calls of its tools, and of those that the file names. */
  readonly calls: CallDecisions;
  /** How long one call may take, in seconds. */
  readonly timeoutSeconds: number;
  /** SHA-256 of all that is declared of it, as it was read: who switches it on names what was shown. */
  readonly declared: string;
  /** To be kept with it. */
  readonly parts: ServerParts;
  /** Of one that has changed: in what, if that is known. */
  readonly changed: readonly ServerPart[];
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
