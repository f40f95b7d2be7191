/** `vivarium mcp --http` against the protocol's own conformance suite; what is expected to fail is listed beside this file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { thisMachine } from '../../../scripts/provision/machine.ts';
import { obtainNodeEngine, pinnedNode } from '../../../scripts/provision/node-engine.ts';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { notRunHere } from '../../support/not-run.ts';

const TOKEN = 'token-of-the-conformance-suite';

const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-mcp-conformance-'));
const server = spawn(process.execPath, [path.join(PROJECT_ROOT, 'out/main/cli.js'), 'mcp', '--http', '0'], {
  env: { ...process.env, VIVARIUM_DATA_DIR: folder, VIVARIUM_MCP_TOKEN: TOKEN },
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** The suite can't send a token: this adds it, and hands everything else on as it is. */
const proxy = createServer((asked, answer) => {
  const headers = { ...asked.headers, authorization: `Bearer ${TOKEN}` };
  const { method, url } = asked;
  const sent = request({ host: '127.0.0.1', port: target, path: url, method, headers }, (got) => {
    answer.writeHead(got.statusCode ?? 500, got.headers);
    got.pipe(answer);
  });
  sent.on('error', () => answer.destroy());
  answer.on('close', () => sent.destroy());
  asked.pipe(sent);
});
let target = 0;

beforeAll(async () => {
  const [address] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  target = Number(new URL(address).port);
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  server.kill('SIGINT');
  if (server.exitCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

it.for(['2025-11-25', '2026-07-28'])('the revision %s of the protocol', async (revision, context) => {
  // The suite needs Node 22.
  const machine = thisMachine((line) => console.log(line));
  const pin = pinnedNode(machine, 22) ?? notRunHere(context, 'other-architecture');
  const suite = path.join(PROJECT_ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const { port } = proxy.address() as AddressInfo;
  const { code, stdout } = await runProgram(await obtainNodeEngine(machine, pin), [
    ...[suite, 'server', '--url', `http://127.0.0.1:${port}/mcp`],
    ...['--suite', 'all', '--spec-version', revision],
    ...['--expected-failures', fileURLToPath(new URL(`conformance-${revision}.yaml`, import.meta.url))],
  ]);
  expect(stdout).toMatch(/^Total: \d{2,} passed/mu);
  expect(code, stdout).toBe(0);
});
