/** The tools by the protocol's official client, in one process with a runner whose answers a test decides. */
import { Client, InMemoryTransport, type ElicitResult } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { AllowedFolders } from '../../../src/main/mcp/allowed-folders.ts';
import { mcpServer, type McpServerParts } from '../../../src/main/mcp/mcp-server.ts';
import { PythonServer } from '../../../src/main/mcp/python-server.ts';
import type { SessionRunner } from '../../../src/main/mcp/session-runner.ts';
import type { RunOptions } from '../../../src/main/run/run-options.ts';
import type { RunRequest, RunResult } from '../../../src/shared/contract/run.ts';
import { resultOf } from '../../support/run-results.ts';
import { FakeClock } from '../sandbox/support.ts';

export interface Served {
  readonly parts: McpServerParts;
  readonly clock: FakeClock;
  /** What was run, and not answered by `answer` yet. */
  readonly runs: { readonly request: RunRequest; readonly options: RunOptions }[];
}

/** The user's side of a question. */
export type AnswerQuestion = (message: string) => ElicitResult;

/** @param given what the runner does otherwise than to answer at once */
export const served = (given: Partial<SessionRunner> = {}): Served => {
  const clock = new FakeClock();
  const runs: Served['runs'] = [];
  const runner: SessionRunner = {
    run: async (request, options = {}) => {
      runs.push({ request, options });
      return (await given.run?.(request, options)) ?? resultOf({ value: { text: request.code } });
    },
    endSession: given.endSession ?? (async () => ({ had: true, end: null })),
    listFiles: given.listFiles ?? (async () => []),
    readFile: given.readFile ?? (async () => new Uint8Array()),
    status: async () => null,
    dispose: async () => undefined,
  };
  const folders = new AllowedFolders([]);
  const python = new PythonServer({ open: async () => runner, folders, clock });
  return { parts: { python, folders, version: '0', timeoutSeconds: 60, memoryMiB: 512 }, clock, runs };
};

/** @param answer what the client's user says when asked; without it the client can't ask */
export const connect = async ({ parts }: Served, answer?: AnswerQuestion): Promise<Client> => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: { mode: 'legacy' },
      capabilities: answer === undefined ? {} : { elicitation: { form: {} } },
    },
  );
  if (answer !== undefined)
    client.setRequestHandler('elicitation/create', async ({ params }) => answer(params.message));
  await mcpServer(parts).connect(far);
  await client.connect(near);
  onTestFinished(() => client.close());
  return client;
};

/** A run that goes on until it is told to end, or cancelled. */
export const endless = (): {
  readonly run: SessionRunner['run'];
  readonly end: (result: RunResult) => void;
} => {
  const ends: ((result: RunResult) => void)[] = [];
  return {
    run: (_request, { signal } = {}) =>
      new Promise((resolve) => {
        ends.push(resolve);
        signal?.addEventListener('abort', () => resolve(resultOf({ status: 'cancelled' })));
      }),
    end: (result) => ends.shift()?.(result),
  };
};
