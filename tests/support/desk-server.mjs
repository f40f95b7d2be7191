// A server of the Model Context Protocol by the official SDK, whose tools do what tests need.
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { setInterval } from 'node:timers';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

const text = (said) => ({ content: [{ type: 'text', text: said }] });
const { DESK_LOG: log, DESK_PIDS: pids } = process.env;

const desk = () => {
  const server = new McpServer({ name: 'desk', version: '1' }, { capabilities: { tools: {} } });
  const tool = (name, description, inputSchema, handler, outputSchema) =>
    server.registerTool(name, { description, inputSchema: z.object(inputSchema), outputSchema }, handler);
  tool(
    'add',
    'Adds two numbers.',
    { a: z.int().describe('The first one'), b: z.int() },
    ({ a, b }) => ({ ...text(String(a + b)), structuredContent: { sum: a + b } }),
    z.object({ sum: z.int() }),
  );
  tool('echo', 'Says it again.', { text: z.string() }, ({ text: said }) => text(said));
  tool(
    'create-issue',
    'Opens an issue.',
    { title: z.string(), from: z.string().optional() },
    ({ from, title }) => {
      if (log !== undefined) appendFileSync(log, `${title}\n`);
      return text(`${title} by ${from ?? 'nobody'}`);
    },
  );
  tool('picture', 'Gives a picture.', {}, () => ({
    content: [
      { type: 'text', text: 'here' },
      { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
    ],
  }));
  tool('fail', 'Fails.', {}, () => ({ ...text('the desk is on fire'), isError: true }));
  tool('environment', 'Names of its environment.', {}, () => text(Object.keys(process.env).sort().join(' ')));
  tool('big', 'Gives so many bytes.', { bytes: z.int() }, ({ bytes }) => text('x'.repeat(bytes)));
  tool('pid', 'Its process.', {}, () => text(String(process.pid)));
  tool('die', 'Ends.', {}, () => process.exit(3));
  tool('hang', 'Never answers.', {}, (_given, { mcpReq }) => {
    if (log !== undefined) appendFileSync(log, 'hangs\n');
    mcpReq.signal.addEventListener('abort', () => {
      if (log !== undefined) appendFileSync(log, 'cancelled\n');
    });
    return new Promise(() => undefined);
  });
  return server;
};

if (pids !== undefined) appendFileSync(pids, `${process.pid}\n`);
if (process.argv.includes('--stubborn')) {
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1000);
}
if (process.argv.includes('--silent')) setInterval(() => undefined, 1000);
else serveStdio(desk);
