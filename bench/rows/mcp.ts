import path from 'node:path';
import process from 'node:process';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { z } from 'zod';
import { projectRoot } from '../../scripts/shared/project.ts';
import { BenchHost } from '../host.ts';
import { measure, type Group } from '../measure.ts';

const CALLS = 500;

const Answer = z.looseObject({
  content: z.array(z.looseObject({ text: z.string().optional() })),
  structuredContent: z.looseObject({ session: z.string() }),
});

/** A call of the tool that runs Python, beside the same run without the protocol. */
export async function mcp(electron: string): Promise<Group> {
  const host = await BenchHost.open(electron);
  await measure(200, () => host.answerTwo('warm'));
  const warm = await measure(CALLS, () => host.answerTwo('warm'));
  await host.dispose();
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [path.join(projectRoot, 'out/main/cli.js'), 'mcp'],
      env: Object.fromEntries(
        Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
      stderr: 'ignore',
    }),
  );
  const answerTwo = async (session?: string): Promise<string> => {
    const given = { script: '1+1', ...(session === undefined ? {} : { session }) };
    const { content, structuredContent } = Answer.parse(
      await client.callTool({ name: 'run_python_code', arguments: given }),
    );
    if (content[0]?.text !== '2') throw new Error(`wrong answer: ${JSON.stringify(content)}`);
    return structuredContent.session;
  };
  const session = await answerTwo();
  await measure(200, () => answerTwo(session));
  const called = await measure(CALLS, () => answerTwo(session));
  await client.close();
  return {
    title: `Calls over the Model Context Protocol (1+1 in a session, ${CALLS} times, stdio)`,
    rows: [
      {
        name: 'run_python_code',
        unit: 'ms',
        measured: called,
        baseline: { name: 'the same run without the protocol', measured: warm },
      },
    ],
  };
}
