/** What becomes of the tools that servers list, and what a model is told of them. */
import type { Tool } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { readServerList } from '../../../src/main/connect/server-list.ts';
import { toolFunctions, type ToolFunctions } from '../../../src/main/connect/tool-functions.ts';
import { AllowedFolders } from '../../../src/main/mcp/allowed-folders.ts';
import { describePython } from '../../../src/main/mcp/describe-python.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { BUDGET_MS, longestStall } from '../foreign-text/stall.ts';
import { served } from '../mcp/served.ts';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  inputSchema: { type: 'object' },
  ...more,
});

const namesOf = ({ functions }: ToolFunctions): string[] => functions.all.map(({ name }) => name);

const functionsOf = (tools: readonly Tool[], server: object = {}): Promise<ToolFunctions> => {
  const list = JSON.stringify({ mcpServers: { 'my server': { command: 'x', ...server } } });
  const [settings] = readServerList(Buffer.from(list), '/');
  if (settings === undefined) throw new Error('no server');
  return toolFunctions([{ settings, tools, call: () => Promise.resolve(null) }]);
};

describe('tools of a server', () => {
  it('are functions of names that Python can say', async () => {
    const names = ['create-issue', 'from', 'a.b', '9', 'FunctionError', '__init__', 'ä', 'aio', '-', '💥'];
    const told = await functionsOf(names.map((name) => tool(name)));
    expect(namesOf(told)).toEqual(
      ['create_issue', 'from_', 'a_b', 'n9', 'FunctionError_', 'init__', 'aio_'].map(
        (name) => `my_server.${name}`,
      ),
    );
    expect(told.leftOut).toHaveLength(3);
  });

  it('are decided on by the file, whatever they say of themselves', async () => {
    const tools = ['a', 'b', 'c'].map((name) => tool(name, { annotations: { readOnlyHint: true } }));
    const policies = async (server: object): Promise<unknown[]> =>
      (await functionsOf(tools, server)).functions.all.map(({ confirm }) => confirm);
    expect(await policies({})).toEqual(['ask', 'ask', 'ask']);
    expect(await policies({ confirm: 'allow', tools: { b: 'deny', c: { deny: 'no' } } })).toEqual([
      'allow',
      'deny',
      { deny: 'no' },
    ]);
  });

  it.each([
    [
      'many parameters of which nothing is said',
      14,
      Object.fromEntries(Array.from({ length: 590 }, (_none, n) => [`p${n}`, {}])),
    ],
    ['a name of thousands of characters', 2, { ['k'.repeat(5000)]: {} }],
    [
      'types with long names in many alternatives',
      60,
      {
        x: {
          anyOf: Array.from({ length: 64 }, (_none, n) => ({
            type: 'object',
            properties: { [`${'k'.repeat(100)}${n}`]: { type: 'object', properties: { a: {} } } },
          })),
        },
      },
    ],
  ])('take no other server down with %s', async (_name, count, properties) => {
    const inputSchema = { type: 'object' as const, properties };
    const told = await functionsOf([
      tool('honest'),
      ...Array.from({ length: count }, (_none, n) => tool(`t${n}`, { inputSchema })),
    ]);
    expect(namesOf(told)).toContain('my_server.honest');
  });

  it('are left out where a run could not be told of all', async () => {
    const long = {
      description: 'd'.repeat(100_000),
      inputSchema: {
        type: 'object' as const,
        properties: Object.fromEntries(
          Array.from({ length: 25 }, (_none, n) => [`p${n}`, { description: '"'.repeat(500) }]),
        ),
      },
    };
    const many = Array.from({ length: 1000 }, (_none, n) => tool(`t${n}`, long));
    const { functions: set, leftOut } = await functionsOf(many);
    expect(set.facts({ calls: 1, bytes: 1, depth: 1, together: 1 }).length).toBeLessThan(
      LIMITS.functionTextLength,
    );
    expect(set.all.length).toBeGreaterThan(3);
    expect(leftOut).toEqual([expect.stringMatching(/^my server: \d+ tools are left out/u)]);
    const short = await functionsOf(many.map(({ name }) => tool(name)));
    expect([namesOf(short).length, short.leftOut]).toEqual([
      200,
      [expect.stringMatching(/^my server: 800 tools are left out/u)],
    ]);
  });

  it.each<[string, (n: number) => Record<string, unknown>]>([
    [
      'objects in objects',
      (n) => ({
        properties: Object.fromEntries(
          Array.from({ length: 150 }, (_none, k) => [
            `p${n}_${k}`,
            { type: 'object', properties: { a: {} } },
          ]),
        ),
      }),
    ],
    [
      'alternatives',
      (n) => ({
        properties: Object.fromEntries(
          Array.from({ length: 8 }, (_none, k) => [
            `p${n}_${k}`,
            { anyOf: Array.from({ length: 64 }, (_other, m) => ({ const: m })) },
          ]),
        ),
      }),
    ],
    [
      'listed values',
      (n) => ({
        properties: Object.fromEntries(
          Array.from({ length: 20 }, (_none, k) => [
            `p${n}_${k}`,
            { enum: Array.from({ length: 64 }, (_other, m) => (m % 2 === 0 ? m : `${m}`)) },
          ]),
        ),
      }),
    ],
  ])('are made one after another, so that nobody waits for all of them: %s', async (_what, schemaOf) => {
    const tools = Array.from({ length: 200 }, (_none, n) =>
      tool(`t${n}`, {
        inputSchema: { type: 'object', ...schemaOf(n) },
        outputSchema: { type: 'object', ...schemaOf(n) },
      }),
    );
    let told: ToolFunctions | undefined;
    const stall = await longestStall(async () => {
      told = await functionsOf(tools);
    });
    const schemas = told?.functions.all.map(({ input }) => JSON.stringify(input.json).length) ?? [];
    expect(schemas.length).toBeGreaterThan(10);
    expect(Math.min(...schemas)).toBeGreaterThan(4000);
    expect(stall).toBeLessThan(BUDGET_MS);
  });
});

describe('a model', () => {
  it('is told of many functions within a budget, of the rest by name', async () => {
    const tools = Array.from({ length: 200 }, (_none, n) =>
      tool(`tool_${n}`, { description: 'd'.repeat(500) }),
    );
    const usable = (await functionsOf(tools)).functions.all;
    const { parts } = served();
    const alone = describePython(parts);
    const told = describePython({ ...parts, functions: { usable, missing: [] } });
    expect(told.length - alone.length).toBeLessThan(21_000);
    expect(told.length - alone.length).toBeGreaterThan(16_000);
    const stubs = told.match(/def my_server\.tool_\d+\(/gu) ?? [];
    expect(stubs.length).toBeGreaterThan(20);
    expect(told).toContain(`see help() of each: my_server.tool_${stubs.length},`);
  });

  it('is told of none where there are none', () => {
    const { parts } = served();
    expect(describePython({ ...parts, folders: new AllowedFolders([]) })).not.toContain('host');
  });
});
