import type { Readable, Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { mcpServer, type McpServerParts } from './mcp-server.ts';

/** Largest message of a client: files come in it as text or base64. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface StdioOptions extends McpServerParts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Aborted when the server is to end. */
  readonly signal: AbortSignal;
}

/** Serves one client until it is gone; both revisions of the protocol. */
export const serveOverStdio = async ({ signal, stdin, stdout, ...parts }: StdioOptions): Promise<void> => {
  const gone = new Promise<void>((resolve) => {
    const end = (): void => resolve();
    for (const event of ['end', 'close', 'error']) stdin.once(event, end);
    for (const event of ['close', 'error']) stdout.once(event, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) resolve();
  });
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  const serving = serveStdio(() => mcpServer(parts), { transport, onerror: () => undefined });
  await gone;
  await serving.close().catch(() => undefined);
};
