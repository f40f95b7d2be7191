/** The official client against `vivarium mcp`, a process of its own. */
import path from 'node:path';
import process from 'node:process';
import { Client, type ElicitResult, type Progress } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { handleNote } from '../../src/main/mcp/run-answer.ts';
import { PROJECT_ROOT } from './electron-sandbox.ts';

const Answer = z.object({
  content: z.array(
    z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      data: z.string().optional(),
      uri: z.string().optional(),
      name: z.string().optional(),
    }),
  ),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
export type Answer = z.infer<typeof Answer>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: Progress) => void;
}

const BUILT = [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'mcp'];

export interface McpClientOptions {
  /** What the client's user says when asked; without it the client can't ask. */
  readonly answer?: (message: string) => ElicitResult;
  readonly args?: readonly string[];
  /** What Node is started with, if not what was built. */
  readonly command?: readonly string[];
  /** On top of this process's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the protocol: the one before the current, or the current. */
  readonly revision?: 'before' | 'current';
}

export class McpClient {
  readonly client: Client;
  /** Of the server. */
  readonly pid: number;

  private constructor(client: Client, pid: number) {
    this.client = client;
    this.pid = pid;
  }

  static async open(
    dataFolder: string,
    { answer, args = [], command = BUILT, environment = {}, revision = 'current' }: McpClientOptions = {},
  ): Promise<McpClient> {
    const env: Record<string, string> = { ...environment, VIVARIUM_DATA_DIR: dataFolder };
    for (const [name, value] of Object.entries<string | undefined>(process.env)) {
      if (value !== undefined) env[name] ??= value;
    }
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [...command, ...args],
      env,
      stderr: 'ignore',
    });
    const client = new Client(
      { name: 'test', version: '1' },
      {
        versionNegotiation: { mode: revision === 'before' ? 'legacy' : 'auto' },
        capabilities: answer === undefined ? {} : { elicitation: { form: {} } },
      },
    );
    if (answer !== undefined)
      client.setRequestHandler('elicitation/create', async ({ params }) => answer(params.message));
    await client.connect(transport);
    if (transport.pid === null) throw new Error('the server has no process');
    return new McpClient(client, transport.pid);
  }

  async call(name: string, given: Record<string, unknown>, options: CallOptions = {}): Promise<Answer> {
    return callTool(this.client, name, given, options);
  }

  /** Runs code in a session, or in a new one. */
  async run(script: string, given: Record<string, unknown> = {}, options: CallOptions = {}): Promise<Answer> {
    return this.call('run_python_code', { script, ...given }, options);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

export const callTool = async (
  client: Client,
  name: string,
  given: Record<string, unknown>,
  options: CallOptions = {},
): Promise<Answer> =>
  Answer.parse(await client.callTool({ name, arguments: given }, { timeout: 110_000, ...options }));

/** Without the handle of a new session, which is in the structured content, too, and is told once. */
export const textOf = ({ content, structuredContent }: Answer): string => {
  const texts = content.map(({ text }) => text ?? '');
  const note = texts.indexOf(handleNote(String(structuredContent?.['session'])));
  return texts.filter((_text, index) => index !== note).join('\n');
};
