/** The file that names servers of the Model Context Protocol, as it is written for other clients, too. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import type { ServerPart } from '../../shared/config/tool-server-parts.ts';
import type { CallDecision } from '../functions/host-function.ts';
import { oneLine } from '../foreign-text/printable.ts';
import { memberName } from './python-names.ts';
import { MS_PER_SECOND } from '../../shared/units.ts';

/** Largest file. */
export const SERVER_LIST_BYTES = 256 * 1024;
const MAX_SERVERS = 16;
const MAX_TEXT = 32 * 1024;

const Policy = z.union([
  z.enum(['allow', 'ask', 'deny']),
  z.strictObject({ deny: z.string().min(1).max(500) }),
]);

const Server = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(MAX_TEXT)).max(256).default([]),
  /** On top of the few variables that every server gets. */
  env: z.record(z.string().min(1).max(256), z.string().max(MAX_TEXT)).default({}),
  cwd: z.string().min(1).max(4096).optional(),
  disabled: z.boolean().default(false),
  /** Of its tools that `tools` does not name. */
  confirm: Policy.default('ask'),
  /** By the names that the server gives them. */
  tools: z.record(z.string().min(1).max(256), Policy).default({}),
  /** For one call, in seconds. */
  timeoutSeconds: z.number().min(1).max(600).default(60),
});

const ServerList = z.strictObject({
  mcpServers: z.record(z.string().min(1).max(64), Server),
});

export interface ServerSettings {
  /** As the file has it. */
  readonly name: string;
  /** What it is called in Python. */
  readonly pythonName: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly timeoutMs: number;
  /** SHA-256 of its name and of all parts of what is declared: where that is the same, it is the same server. */
  readonly declared: string;
  /** The decision on its tools that are not in `tools`. */
  readonly others: CallDecision;
  /** By the names that the server gives them. */
  readonly tools: Readonly<Record<string, CallDecision>>;
  /** Never by what the server says of its tools: that is the server's own word. */
  readonly policyOf: (tool: string) => CallDecision;
}

/** The file can't be used. The message says what is wrong with it, and is fit to print. */
export class ServerListError extends Error {
  override readonly name = 'ServerListError';
}

const KNOWN = Object.keys(Server.shape).join(', ');

/**
 * @param folder that of the file: relative folders of servers start from it
 * @throws ServerListError
 */
export const readServerList = (bytes: Uint8Array, folder: string): ServerSettings[] => {
  const parsed = ServerList.safeParse(jsonOf(bytes));
  if (!parsed.success) throw new ServerListError(problemOf(parsed.error));
  const servers = Object.entries(parsed.data.mcpServers)
    .filter(([, { disabled }]) => !disabled)
    .map(([name, server]) => settingsOf(name, server, folder));
  if (servers.length > MAX_SERVERS) {
    throw new ServerListError(
      `mcpServers: at most ${MAX_SERVERS} servers, not ${servers.length}; disable some`,
    );
  }
  for (const [index, { name, pythonName }] of servers.entries()) {
    const other = servers.slice(0, index).find((one) => one.pythonName === pythonName);
    if (other === undefined) continue;
    throw new ServerListError(
      `mcpServers: ${oneLine(other.name)} and ${oneLine(name)} are both ${pythonName} in Python; rename one`,
    );
  }
  return servers;
};

const settingsOf = (name: string, server: z.output<typeof Server>, folder: string): ServerSettings => {
  const { args, command, confirm, cwd, env, timeoutSeconds, tools } = server;
  const pythonName = memberName(name);
  if (pythonName === null) {
    throw new ServerListError(`mcpServers.${oneLine(name)}: has no letter of a Python name in it; rename it`);
  }
  const policies = new Map(Object.entries(tools));
  const declaration = {
    command,
    args,
    env,
    folder: cwd === undefined ? folder : path.resolve(folder, cwd),
    timeoutMs: timeoutSeconds * MS_PER_SECOND,
    others: confirm,
    tools,
  };
  return {
    ...declaration,
    name,
    pythonName,
    declared: sha256(JSON.stringify([name, declaredParts(declaration)])),
    policyOf: (tool) => policies.get(tool) ?? confirm,
  };
};

type Declaration = Pick<
  ServerSettings,
  'command' | 'args' | 'env' | 'folder' | 'timeoutMs' | 'others' | 'tools'
>;

/**
 * All that a server is started and called by, in the parts that are told apart. What means nothing (the order of variables
 * and tools, what is written out though it goes without saying, another way to the same folder) is not in there.
 */
export const declaredParts = ({
  args,
  command,
  env,
  folder,
  others,
  timeoutMs,
  tools,
}: Declaration): Readonly<Record<ServerPart, readonly unknown[]>> => ({
  command: [command],
  args: [args],
  env: [sorted(env)],
  folder: [folder],
  calls: [others, sorted(tools)],
  time: [timeoutMs],
});

const sorted = (record: Readonly<Record<string, unknown>>): unknown[] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const jsonOf = (bytes: Uint8Array): unknown => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ServerListError('is no text in UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServerListError(`is no JSON: ${oneLine(error instanceof Error ? error.message : '')}`);
  }
};

const problemOf = ({ issues: [issue] }: z.ZodError): string => {
  if (issue === undefined) return 'is not valid';
  const place = issue.path.map((key) => oneLine(String(key))).join('.');
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown === undefined) return `${place === '' ? '' : `${place}: `}${oneLine(issue.message)}`;
  if (issue.path.length === 0) return `has only mcpServers, not ${oneLine(unknown.slice(0, 64))}`;
  return unknown === 'url'
    ? `${place}: is a server at an address; only those that are started by a command can be used`
    : `${place}: there is no field ${oneLine(unknown.slice(0, 64))}, only ${KNOWN}`;
};
