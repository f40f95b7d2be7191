/** What docs/mcp.md tells people to paste into their clients. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../../scripts/shared/project.ts';
import { SERVER_LIST_BYTES, readServerList } from '../../../src/main/connect/server-list.ts';

const docs = readFileSync(path.join(projectRoot, 'docs/mcp.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...docs.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, 'gmu'))].map(
    ([, block]) => block ?? '',
  );

const Package = z.looseObject({ bin: z.looseObject({ vivarium: z.string() }) });
const { bin } = Package.parse(JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')));
const LINE = { command: 'node', args: [`<clone>/${bin.vivarium}`, 'mcp'] };

const json = blocks('json').map((block): unknown => JSON.parse(block));

it('for clients with `mcpServers`, it starts the command line of a clone as a server', () => {
  const [first] = json;
  expect(first).toEqual({ mcpServers: { python: LINE } });
});

it('for VS Code, as a file and as a command, it is the same server', () => {
  expect(json).toContainEqual({ servers: { python: { type: 'stdio', ...LINE } } });
  const added = blocks('sh').flatMap((block) => /^code --add-mcp '(.*)'$/u.exec(block)?.slice(1) ?? []);
  expect(added.map((text): unknown => JSON.parse(text))).toEqual([{ name: 'python', ...LINE }]);
});

it('for Witsy, whose arguments are one line divided at blanks, it is the same server', () => {
  expect(blocks('text').map((block) => block.split(' '))).toContainEqual(LINE.args);
});

it('a list of servers in there is one that --connect takes', () => {
  const lists = blocks('json').filter((block) => block.includes('"confirm"'));
  expect(lists).toHaveLength(1);
  for (const list of lists) {
    const bytes = Buffer.from(list);
    expect(bytes.byteLength).toBeLessThan(SERVER_LIST_BYTES);
    const [server] = readServerList(bytes, '/');
    expect(server?.policyOf('search_issues')).toBe('allow');
    expect(server?.policyOf('delete_file')).toEqual({ deny: 'files stay' });
    expect(server?.policyOf('create_issue')).toBe('ask');
  }
});
