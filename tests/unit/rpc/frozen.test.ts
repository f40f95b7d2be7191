import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivarium-rpc-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      // A module is strict code: there a write that a frozen prototype forbids throws instead of doing nothing.
      outDir: folder,
      ssr: fileURLToPath(new URL('fixtures/frozen.ts', import.meta.url)),
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'frozen.mjs' } },
    },
    ssr: { noExternal: true },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  { flags: [], evalWorks: true },
  { flags: ['--disallow-code-generation-from-strings'], evalWorks: false },
])('an RPC peer works in a worker with frozen intrinsics, flags: $flags', async ({ flags, evalWorks }) => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...flags,
    '--unhandled-rejections=strict',
    join(folder, 'frozen.mjs'),
  ]);
  expect(stderr).toBe('');
  const report: unknown = JSON.parse(stdout);
  expect(report).toEqual({
    facts: { overrideMistake: true, evalWorks },
    add: 3,
    invalid: 'invalid-params',
    error: 'internal',
    rpcError: 'failed',
    callBack: 'TEXT',
    stream: 'done',
    items: 100,
    cancelled: 'cancelled',
    events: [1, 2],
    pending: 'closed',
    closed: 'closed by the other side: protocol violation: a malformed message',
  });
});
