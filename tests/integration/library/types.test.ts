/** A program in strict TypeScript against the types of the package as it is packed, as an ES module and as CommonJS. */
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../../../scripts/shared/run-program.ts';
import { PROJECT_ROOT } from '../../support/electron-sandbox.ts';
import { packPackage, type PackedPackage } from '../../support/packed-package.ts';

const PROGRAM = `
import {
  createSandbox,
  functionStubs,
  hostFunction,
  VivariumError,
  type RunOutput,
  type RunResult,
  type Sandbox,
  type Session,
} from 'PACKAGE';
import { z } from 'zod';

interface Given {
  ms?: number;
  signal?: AbortSignal;
  folder?: string;
  onOutput?: (output: RunOutput) => void;
}

export const program = async ({ folder, ms, onOutput, signal }: Given): Promise<string | undefined> => {
  const sandbox: Sandbox = createSandbox({
    dataDir: folder,
    memoryMiB: undefined,
    packages: { offline: undefined, mirror: folder },
    calls: { keepArguments: true, perSecond: undefined },
    confirm: async ({ name }) => name === 'github.create_issue',
    functions: {
      'github.create_issue': hostFunction({
        input: z.object({ title: z.string(), count: z.number().default(1) }),
        output: z.object({ ok: z.boolean() }),
        confirm: ({ arguments: given }) => (given['title'] === 'x' ? 'allow' : { deny: 'no' }),
        handler: async ({ title, count }, context) => {
          const [text, number, over]: [string, number, AbortSignal] = [title, count, context.signal];
          return { ok: text === String(number) || over.aborted };
        },
      }),
      by_schema: {
        input: { type: 'object', properties: { a: { type: 'integer' } } },
        handler: (input) => input,
      },
    },
  });
  const session: Session = sandbox.session('x');
  const result: RunResult = await session.run('1', { timeoutMs: ms, signal, onOutput, files: undefined });
  await sandbox.run(
    { code: '1', timeoutMs: ms, files: [{ name: 'a', bytes: Buffer.from('x') }] },
    { signal, onInput: async (prompt, over, secret) => (secret || over.aborted ? null : prompt) },
  );
  // @ts-expect-error It belongs into the request.
  await sandbox.run('1', { timeoutMs: 1 });
  sandbox.events.on('process-ended', ({ cause }) => console.log(cause.length)).dispose();
  await sandbox.packages.install(['six'], { signal, onProgress: undefined });
  try {
    await session.close();
  } catch (error) {
    if (error instanceof VivariumError && error.code === 'session-closed') return error.message;
  }
  switch (result.status) {
    case 'ok':
    case 'error':
    case 'timeout':
    case 'cancelled':
    case 'out-of-memory':
    case 'crashed':
    case 'setup-failed':
      return functionStubs({ a: { handler: () => 1 } }).text;
    default:
      return result.status satisfies never;
  }
};
`;

/** Beyond `strict`. */
const FLAGS = [
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--noPropertyAccessFromIndexSignature',
];

let packed: PackedPackage;
beforeAll(async () => {
  packed = await packPackage();
  // What an app has beside it.
  for (const name of ['@types', 'electron'])
    symlinkSync(
      path.join(PROJECT_ROOT, 'node_modules', name),
      path.join(packed.folder, 'node_modules', name),
    );
});
afterAll(() => packed.remove());

it.each([
  ['nodenext', ['--module', 'nodenext']],
  ['a bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
])('a whole program, its modules found as by %s', async (_what, modules) => {
  const files = ['node.mts', 'node.cts', 'main.mts', 'main.cts'];
  for (const file of files)
    writeFileSync(
      path.join(packed.folder, file),
      PROGRAM.replace('PACKAGE', `vivarium/${path.parse(file).name}`),
    );
  const { code, stdout } = await runProgram(
    process.execPath,
    [
      path.join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc'),
      ...['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023,dom', '--types', 'node'],
      ...[...FLAGS, ...modules, ...files],
    ],
    { cwd: packed.folder },
  );
  expect([code, stdout]).toEqual([0, '']);
});
