/** The bundle for desktop clients: packed, unpacked as a client does it, and served from. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { packMcpBundle, serverEntry } from '../../../scripts/package/mcp-bundle.ts';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { installedElectron } from '../../../src/main/cli/host/electron-command.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { McpClient, textOf } from '../../support/mcp-client.ts';
import { untilGone } from '../../support/processes.ts';

const Manifest = z.object({
  server: z.object({
    mcp_config: z.object({
      command: z.literal('node'),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
  }),
});

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-mcp-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the MCP bundle serves Python with nothing but Node', { timeout: 300_000 }, async () => {
  const electronDist = path.dirname(await installedElectron());
  const bundle = await packMcpBundle({ electronDist, folder: path.join(folder, 'made') });
  const unpacked = path.join(folder, 'unpacked');
  const mcpb = path.join(PROJECT_ROOT, 'node_modules/@anthropic-ai/mcpb/dist/cli/cli.js');
  expect(await runProgram(process.execPath, [mcpb, 'unpack', bundle, unpacked])).toMatchObject({ code: 0 });
  const manifest: unknown = JSON.parse(readFileSync(path.join(unpacked, 'manifest.json'), 'utf8'));
  const { args, env } = Manifest.parse(manifest).server.mcp_config;
  const filled = (text: string): string => text.replaceAll('${__dirname}', unpacked);
  const mcp = await McpClient.open(path.join(folder, 'data'), {
    command: args.map(filled),
    environment: {
      ...Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)])),
      // No Electron of this computer can be found.
      VIVARIUM_CACHE_DIR: path.join(folder, 'cache'),
    },
  });
  expect(textOf(await mcp.run('import sys\n[6 * 7, sys.platform]'))).toBe("[42, 'emscripten']");
  await mcp.close();
  await untilGone(mcp.pid);

  expect(await serverEntry(bundle, 'https://example.org/a.mcpb')).toMatchObject({
    name: expect.stringMatching(/^[a-z.]+\/[a-z]+$/u) as string,
    packages: [
      {
        registryType: 'mcpb',
        identifier: 'https://example.org/a.mcpb',
        fileSha256: expect.stringMatching(/^[0-9a-f]{64}$/u) as string,
      },
    ],
  });
});
