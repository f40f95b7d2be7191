/** What becomes of the tools that servers list, and what a model is told of them. */
import type { Tool } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { readServerList } from '../../../src/main/connect/server-list.ts';
import { toolFunctions, type ToolFunctions } from '../../../src/main/connect/tool-functions.ts';
import { FunctionSet } from '../../../src/main/functions/function-set.ts';
import { AllowedFolders } from '../../../src/main/mcp/allowed-folders.ts';
import { describePython } from '../../../src/main/mcp/describe-python.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { served } from '../mcp/served.ts';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  inputSchema: { type: 'object' },
  ...more,
});

const functionsOf = (tools: readonly Tool[], server: object = {}): ToolFunctions => {
  const list = JSON.stringify({ mcpServers: { 'my server': { command: 'x', ...server } } });
  const [settings] = readServerList(Buffer.from(list), '/');
  if (settings === undefined) throw new Error('no server');
  return toolFunctions([{ settings, tools, call: () => Promise.resolve(null) }]);
};

describe('tools of a server', () => {
  it('are functions of names that Python can say', () => {
    const names = ['create-issue', 'from', 'a.b', '9', 'FunctionError', '__init__', 'ä', 'aio', '-', '💥'];
    const { functions, leftOut } = functionsOf(names.map((name) => tool(name)));
    expect(Object.keys(functions)).toEqual(
      ['create_issue', 'from_', 'a_b', 'n9', 'FunctionError_', 'init__', 'aio_'].map(
        (name) => `my_server.${name}`,
      ),
    );
    expect(leftOut).toHaveLength(3);
    expect(() => new FunctionSet(functions)).not.toThrow();
  });

  it('are decided on by the file, whatever they say of themselves', () => {
    const tools = ['a', 'b', 'c'].map((name) => tool(name, { annotations: { readOnlyHint: true } }));
    const policies = (server: object): unknown[] =>
      Object.values(functionsOf(tools, server).functions).map(({ confirm }) => confirm);
    expect(policies({})).toEqual(['ask', 'ask', 'ask']);
    expect(policies({ confirm: 'allow', tools: { b: 'deny', c: { deny: 'no' } } })).toEqual([
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
  ])('take no other server down with %s', (_name, count, properties) => {
    const inputSchema = { type: 'object' as const, properties };
    const { functions } = functionsOf([
      tool('honest'),
      ...Array.from({ length: count }, (_none, n) => tool(`t${n}`, { inputSchema })),
    ]);
    expect(Object.keys(functions)).toContain('my_server.honest');
    expect(() => new FunctionSet(functions)).not.toThrow();
  });

  it('are left out where a run could not be told of all', () => {
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
    const { functions, leftOut } = functionsOf(many);
    const set = new FunctionSet(functions);
    expect(set.facts({ calls: 1, bytes: 1, depth: 1, together: 1 }).length).toBeLessThan(
      LIMITS.functionTextLength,
    );
    expect(set.all.length).toBeGreaterThan(3);
    expect(leftOut).toEqual([expect.stringMatching(/^my server: \d+ tools are left out/u)]);
    expect(Object.keys(functionsOf(many.map(({ name }) => tool(name))).functions)).toHaveLength(200);
  });
});

describe('a model', () => {
  it('is told of many functions within a budget, of the rest by name', () => {
    const tools = Array.from({ length: 200 }, (_none, n) =>
      tool(`tool_${n}`, { description: 'd'.repeat(500) }),
    );
    const usable = new FunctionSet(functionsOf(tools).functions).all;
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
