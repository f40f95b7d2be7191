/** What a person sees of a server before switching it on. Values of variables may be secret and are never told. */
import { createHash } from 'node:crypto';
import type { Config } from '../../shared/config/config.ts';
import { CALL_DECISIONS, type CallDecisions, type ToolServerStatus } from '../../shared/ipc/tools.ts';
import { SERVER_PARTS, type ServerPart } from '../../shared/config/tool-server-parts.ts';
import { MS_PER_SECOND } from '../../shared/units.ts';
import { declaredParts, type ServerSettings } from '../connect/server-list.ts';
import { oneLine } from '../foreign-text/printable.ts';
import type { CallDecision } from '../functions/host-function.ts';

type ShownServer = Omit<ToolServerStatus, 'changed' | 'functions' | 'note' | 'state'>;

export const shownServer = (settings: ServerSettings): ShownServer => {
  const { args, command, declared, env, folder, name, pythonName, timeoutMs } = settings;
  return {
    name,
    shownName: oneLine(name),
    pythonName,
    command: oneLine([command, ...args].join(' ')),
    variables: Object.keys(env).map(oneLine).sort(),
    folder: oneLine(folder),
    calls: decisionsOf(settings),
    timeoutSeconds: timeoutMs / MS_PER_SECOND,
    declared,
    parts: partsOf(settings, declared),
  };
};

/** Of the parts that were kept when it was switched on, as not every version kept each. */
export const changedParts = (
  settings: ServerSettings,
  { declared, parts: before }: Config['tools']['on'][number],
): readonly ServerPart[] => {
  if (before === undefined) return [];
  const now = partsOf(settings, declared);
  return SERVER_PARTS.filter((part) => before[part] !== undefined && before[part] !== now[part]);
};

const kindOf = (decision: CallDecision): (typeof CALL_DECISIONS)[number] =>
  typeof decision === 'string' ? decision : 'deny';

const decisionsOf = ({ others, tools }: ServerSettings): CallDecisions => {
  const named = Object.entries(tools);
  const [ask, allow, deny] = CALL_DECISIONS.map((kind) =>
    named.filter(([, decision]) => kindOf(decision) === kind).map(([tool]) => oneLine(tool)),
  );
  return { ask: ask ?? [], allow: allow ?? [], deny: deny ?? [], others: kindOf(others) };
};

const partsOf = (settings: ServerSettings, salt: string): Record<ServerPart, string> => {
  const parts = declaredParts(settings);
  const digest = (part: ServerPart): string =>
    createHash('sha256')
      .update(JSON.stringify([salt, ...parts[part]]))
      .digest('hex')
      .slice(0, 32);
  return {
    command: digest('command'),
    args: digest('args'),
    env: digest('env'),
    folder: digest('folder'),
    calls: digest('calls'),
    time: digest('time'),
  };
};
