import path from 'node:path';
import { messageOf } from '../../base/system-error.ts';
import { oneLine, quote } from '../../foreign-text/printable.ts';
import type { ConnectedServers, ConnectOptions } from '../../connect/connected-servers.ts';
import {
  readServerList,
  SERVER_LIST_BYTES,
  ServerListError,
  type ServerSettings,
} from '../../connect/server-list.ts';
import { openForReading, readCapped } from '../input/read-capped.ts';
import { UsageError } from '../usage-error.ts';

export const CONNECT_HELP =
  'let the code call tools of the MCP servers that this file names (its "mcpServers", each with a command)';

/** @param signal aborts the reading @throws UsageError when the file can't be used */
export async function serverListAt(
  given: string,
  cwd: string,
  signal: AbortSignal,
): Promise<readonly ServerSettings[]> {
  const file = path.resolve(cwd, given);
  try {
    const bytes = await readCapped(openForReading(file), SERVER_LIST_BYTES, signal);
    if (bytes === null)
      throw new UsageError(`--connect: ${quote(file)} is larger than ${SERVER_LIST_BYTES} bytes`);
    return readServerList(bytes, path.dirname(file));
  } catch (error) {
    if (error instanceof UsageError || signal.aborted) throw error;
    const why =
      error instanceof ServerListError ? error.message : `can't be read (${oneLine(messageOf(error))})`;
    throw new UsageError(`--connect: ${quote(file)}: ${why}`);
  }
}

/** Starts the servers; of those that can't be had, the user is told. */
export async function connectServers(
  servers: readonly ServerSettings[],
  options: Omit<ConnectOptions, 'servers'>,
): Promise<ConnectedServers> {
  // Only commands that connect to servers pay for loading it.
  const { ConnectedServers: Connected } = await import('../../connect/connected-servers.ts');
  return Connected.open({ ...options, servers });
}
