/** What clients are answered, whatever they send and whatever becomes of the process that runs Python. */
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import type { RunOptions } from '../../../src/main/run/run-options.ts';
import type { PackageProgress } from '../../../src/shared/contract/package-progress.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { resultOf } from '../../support/run-results.ts';
import { connect, endless, served } from './served.ts';

/** Two fifths of it have come. */
const FETCHING: PackageProgress = {
  packageName: 'pandas',
  filesDone: 0,
  filesTotal: 1,
  bytesDone: 40,
  bytesTotal: 100,
};

interface Answer {
  readonly content: readonly { readonly text?: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

const call = async (client: Client, name: string, given: Record<string, unknown>): Promise<Answer> =>
  (await client.callTool({ name, arguments: given })) as Answer;
const textOf = ({ content }: Answer): string => content.map(({ text }) => text ?? '').join('\n');
const newSession = async (client: Client): Promise<string> => {
  const { structuredContent } = await call(client, 'run_python_code', { script: 'first' });
  return String(structuredContent?.['session']);
};

describe('arguments', () => {
  const many = (count: number): number[] => Array.from({ length: count }, (_value, index) => index);

  it.each<[string, string, Record<string, unknown>]>([
    ['a million packages', 'run_python_code', { script: '', packages: many(1_000_000) }],
    ['200 packages that are none', 'run_python_code', { script: '', packages: many(200) }],
    [
      'fields without end',
      'run_python_code',
      Object.fromEntries([['script', ''], ...many(10_000).map((n) => [`f${n}`, n])]),
    ],
    ['a field with a long name', 'reset_session', { session: 'a', ['x'.repeat(1_000_000)]: 1 }],
    ['a long handle', 'list_files', { session: 'x'.repeat(1_000_000) }],
    ['a long name', 'read_file', { session: 'a', name: 'x'.repeat(1_000_000) }],
    ['a long path', 'read_file', { session: 'a', name: 'a', to_path: `/${'x'.repeat(1_000_000)}` }],
    ['a negative offset', 'read_file', { session: 'a', name: 'a', offset: -1 }],
    ['an offset that is no number', 'read_file', { session: 'a', name: 'a', offset: '0' }],
    ['base64 that is none', 'write_file', { name: 'a', base64: '!'.repeat(1_000_000) }],
    ['too much base64', 'write_file', { name: 'a', base64: 'A'.repeat(5_000_000) }],
    ['no content', 'write_file', { name: 'a' }],
    ['a list for text', 'write_file', { name: 'a', text: [[[[]]]] }],
  ])('are refused in a few words: %s', async (_what, tool, given) => {
    const made = served();
    const client = await connect(made);
    const answer = await call(client, tool, given);
    expect(answer.isError).toBe(true);
    expect(textOf(answer).length).toBeLessThan(20_000);
    expect(made.runs).toEqual([]);
  });

  it.each(['vivarium://session/a/files/..%2F..%2Fetc', 'vivarium://session/a/files/%E0%A4%A'])(
    'in an address of a resource are refused: %s',
    async (uri) => {
      const asked: string[] = [];
      const client = await connect(
        served({ readFile: async (_session, name) => new Uint8Array(asked.push(name)) }),
      );
      const address = uri.replace('/a/', `/${await newSession(client)}/`);
      await expect(client.readResource({ uri: address })).rejects.toThrow(
        /no name of a file|percent-encoded/u,
      );
      expect(asked).toEqual([]);
    },
  );
});

describe('a run that takes longer than clients wait', () => {
  it('is told of truly, and its result is had by the same call', async () => {
    const { end, run } = endless();
    const made = served({ run });
    const client = await connect(made);
    const first = call(client, 'run_python_code', { script: 'long' });
    await expect.poll(() => made.runs.length).toBe(1);
    made.runs[0]?.options.onPhase?.({ name: 'running' });
    made.clock.advance(45_000);
    const { structuredContent } = await first;
    expect(structuredContent).toMatchObject({ status: 'under-way' });
    expect(textOf(await first)).toContain('has printed nothing');
    const session = structuredContent?.['session'];
    const other = await call(client, 'run_python_code', { script: 'other', session });
    expect([other.isError, textOf(other)]).toEqual([true, expect.stringContaining('under way') as string]);
    const again = call(client, 'run_python_code', { script: 'long', session });
    end(resultOf({ value: { text: '42' } }));
    expect(textOf(await again)).toMatch(/^42\n\[session py-/u);
    expect(made.runs).toHaveLength(1);
  });

  it.each<[string, (told: RunOptions) => unknown]>([
    ['starting Python', () => undefined],
    ['fetching pandas, 40 %', (told) => told.onPackages?.(FETCHING)],
    ['fetching pandas', (told) => told.onPackages?.({ ...FETCHING, bytesTotal: null })],
    [
      'installing a, b, c, d and 2 more',
      (told) => told.onPhase?.({ name: 'installing', packageNames: ['a', 'b', 'c', 'd', 'e', 'f'] }),
    ],
    [
      'Python imports pandas',
      (told) => told.onPhase?.({ name: 'importing', packageName: 'pandas', expectedMs: null }),
    ],
    ['Python runs, and has printed nothing', (told) => told.onPhase?.({ name: 'running' })],
    [
      'Python runs, and prints',
      (told) => {
        void told.onOutput?.({ stream: 'stdout', bytes: new Uint8Array(1) });
        told.onPhase?.({ name: 'importing', packageName: 'pandas', expectedMs: null });
        told.onPhase?.({ name: 'running' });
      },
    ],
  ])('is told what it is at, and not what it was before: %s', async (step, tell) => {
    const { end, run } = endless();
    const made = served({ run });
    const client = await connect(made);
    const first = call(client, 'run_python_code', { script: 'long' });
    await expect.poll(() => made.runs.length).toBe(1);
    const { options = {} } = made.runs[0] ?? {};
    if (step.startsWith('Python runs')) options.onPackages?.(FETCHING);
    tell(options);
    made.clock.advance(45_000);
    expect(textOf(await first)).toContain(`[Not done yet: ${step}. It goes on`);
    end(resultOf());
  });

  it.each<[string, Record<string, unknown>]>([
    ['files', { files: [{ name: 'a', text: 'new' }] }],
    ['packages', { packages: ['six'] }],
    ['a time limit', { timeout_seconds: 5 }],
  ])('is another one than the same script with other %s', async (_what, changed) => {
    const { end, run } = endless();
    const made = served({ run });
    const client = await connect(made);
    const given = { script: 'long', files: [{ name: 'a', text: 'old' }], packages: ['attrs'] };
    const first = call(client, 'run_python_code', given);
    await expect.poll(() => made.runs.length).toBe(1);
    made.clock.advance(45_000);
    const session = (await first).structuredContent?.['session'];
    const early = await call(client, 'run_python_code', { ...given, ...changed, session });
    expect([early.isError, textOf(early)]).toEqual([true, expect.stringContaining('under way') as string]);
    end(resultOf({ value: { text: 'of the first' } }));
    const next = call(client, 'run_python_code', { ...given, ...changed, session });
    await expect.poll(() => made.runs.length).toBe(2);
    end(resultOf({ value: { text: 'of the second' } }));
    expect(textOf(await next)).toBe('of the second');
    expect(made.runs[1]?.request).not.toEqual(made.runs[0]?.request);
  });

  it('does not block its session when nobody asks for its result', async () => {
    const { end, run } = endless();
    const made = served({ run });
    const client = await connect(made);
    const first = call(client, 'run_python_code', { script: 'long' });
    await expect.poll(() => made.runs.length).toBe(1);
    made.clock.advance(45_000);
    const session = (await first).structuredContent?.['session'];
    end(resultOf());
    const next = call(client, 'run_python_code', { script: 'next', session });
    await expect.poll(() => made.runs.length).toBe(2);
    end(resultOf({ value: { text: 'next' } }));
    expect(textOf(await next)).toBe('next');
  });

  it('tells on a reset what the session printed at its end, within bounds', async () => {
    const end = resultOf({ stdout: `bye${'.'.repeat(10_000)}`, stderr: 'late\n' });
    const client = await connect(served({ endSession: async () => ({ had: true, end }) }));
    const session = (await call(client, 'run_python_code', { script: 'x' })).structuredContent?.['session'];
    const text = textOf(await call(client, 'reset_session', { session }));
    expect(text).toMatch(/^The session is empty now\.\n\[stdout at its end\]\nbye\.+\n\[… \d+ characters/u);
    expect(text).toMatch(/\n\[stderr at its end\]\nlate$/u);
    expect(text.length).toBeLessThan(4000);
  });

  it('is stopped by a reset, after which the session takes another script', async () => {
    const { end, run } = endless();
    const made = served({ run });
    const client = await connect(made);
    const first = call(client, 'run_python_code', { script: 'long' });
    await expect.poll(() => made.runs.length).toBe(1);
    made.clock.advance(45_000);
    const session = (await first).structuredContent?.['session'];
    expect(await call(client, 'reset_session', { session })).toMatchObject({
      structuredContent: { had_state: true },
    });
    expect(made.runs[0]?.options.signal?.aborted).toBe(true);
    const next = call(client, 'run_python_code', { script: 'next', session });
    await expect.poll(() => made.runs.length).toBe(2);
    // Of the run that was cancelled, which has its answer already.
    end(resultOf());
    end(resultOf({ value: { text: 'next' } }));
    expect(textOf(await next)).toBe('next');
  });

  it.each<[string, Record<string, unknown>]>([
    ['list_files', {}],
    ['read_file', { name: 'a' }],
    ['write_file', { name: 'a', text: '' }],
  ])('is not waited for by %s', async (tool, given) => {
    const never = new Promise<never>(() => undefined);
    let isFirst = true;
    const made = served({
      run: async () => {
        if (!isFirst) return never;
        isFirst = false;
        return resultOf();
      },
      listFiles: () => never,
      readFile: () => never,
    });
    const client = await connect(made);
    const session = await newSession(client);
    const asked = call(client, tool, { session, ...given });
    await expect.poll(() => made.clock.waiting).toBe(1);
    made.clock.advance(45_000);
    const answer = await asked;
    expect([answer.isError, textOf(answer)]).toEqual([
      true,
      expect.stringContaining('reset_session') as string,
    ]);
    // What is given up is not done later.
    expect(made.runs.slice(1).every(({ options }) => options.signal?.aborted)).toBe(true);
  });
});

it.each<[string, string, 'blob' | 'text']>([
  ['image/tiff', 'AAAA', 'blob'],
  ['application/pdf', 'JVBERg==', 'blob'],
  ['audio/wav', 'UklGRg==', 'blob'],
  ['image/svg+xml', '<svg/>', 'text'],
  ['text/html', '<b>', 'text'],
  ['application/vnd.vega.v6.json', '{}', 'text'],
  ['application/x-made-up', 'no bytes', 'text'],
])('an output %s that is %s is read as %s', async (mime, data, form) => {
  const client = await connect(
    served({ run: async () => resultOf({ outputs: [{ mime: { [mime]: data } }] }) }),
  );
  const { content } = await client.callTool({ name: 'run_python_code', arguments: { script: 'x' } });
  const uri = (content as readonly { uri?: string }[]).find((block) => block.uri !== undefined)?.uri ?? '';
  expect((await client.readResource({ uri })).contents).toEqual([{ uri, mimeType: mime, [form]: data }]);
});

it('a host program that ends during a run is an error that says so, and the session can go on', async () => {
  let hasFailed = false;
  const made = served({
    run: async ({ code }) => {
      if (code !== 'fatal' || hasFailed) return resultOf({ value: { text: 'fine' } });
      hasFailed = true;
      throw new Error('the channel was closed');
    },
  });
  const client = await connect(made);
  const session = await newSession(client);
  const failed = await call(client, 'run_python_code', { script: 'fatal', session });
  expect([failed.isError, textOf(failed)]).toEqual([
    true,
    expect.stringMatching(/are lost.*closed/u) as string,
  ]);
  for (const script of ['fatal', 'other'])
    expect(textOf(await call(client, 'run_python_code', { script, session }))).toBe('fine');
});

it('a refused request gives the reason, and does not say that state was lost', async () => {
  const made = served({
    run: async ({ code, files = [] }) => {
      if (files.length < 2) return resultOf({ value: { text: code } });
      throw new RpcError('invalid-params', 'the params are not valid: two files are named "a"', 'remote');
    },
  });
  const client = await connect(made);
  const session = await newSession(client);
  const file = { name: 'a', text: '' };
  const refused = await call(client, 'run_python_code', { script: '', session, files: [file, file] });
  expect([refused.isError, textOf(refused)]).toEqual([
    true,
    'the params are not valid: two files are named "a"',
  ]);
  expect(textOf(await call(client, 'run_python_code', { script: 'next', session }))).toBe('next');
});

it('a run is told of missing packages in words for a program, which has no options to give', async () => {
  const made = served();
  await newSession(await connect(made));
  expect(made.runs.map(({ options }) => options.adviceWording)).toEqual(['program']);
});

it('a handle in use stays valid, however many sessions are begun meanwhile', async () => {
  const { python } = served().parts;
  const context = { signal: new AbortController().signal, progress: () => undefined, canAsk: false };
  const begin = async (): Promise<string> => {
    const order = { script: '', session: undefined, packages: [], files: [], timeoutMs: 1000 };
    const step = await python.run(order, context);
    return step.kind === 'answer' ? step.answer.structuredContent.session : step.session;
  };
  const [used, idle] = [await begin(), await begin()];
  for (let begun = 0; begun < 1000; begun += 1) {
    await begin();
    if (begun % 500 === 0) await python.files(used, context);
  }
  expect(await python.files(used, context)).toEqual([]);
  await expect(python.files(idle, context)).rejects.toThrow('there is no session of that handle');
});

it("a run is stopped when its session's handle is dropped", async () => {
  const { run } = endless();
  const made = served({
    run: (request, options) =>
      request.code === 'long' ? run(request, options) : Promise.resolve(resultOf()),
  });
  const client = await connect(made);
  const first = call(client, 'run_python_code', { script: 'long' });
  await expect.poll(() => made.runs.length).toBe(1);
  made.clock.advance(45_000);
  const session = (await first).structuredContent?.['session'];
  for (let begun = 0; begun < 1000; begun += 1) await newSession(client);
  expect(made.runs[0]?.options.signal?.aborted).toBe(true);
  const late = await call(client, 'run_python_code', { script: 'long', session });
  expect([late.isError, textOf(late)]).toEqual([true, expect.stringContaining('no session') as string]);
});

it.each([
  ['short names', 10, 3],
  ['names that take all the room', 150, 300],
  ['names that are too long', 250, 3],
])('a list of files says how many are left out: %s', async (_what, length, count) => {
  const files = Array.from({ length: count }, (_value, index) => ({
    name: String(index).padEnd(length, 'x'),
    size: 1,
    mime: 'text/plain',
  }));
  const client = await connect(served({ listFiles: async () => files }));
  const answer = await call(client, 'list_files', { session: await newSession(client) });
  const shown = (answer.structuredContent?.['files'] as readonly unknown[]).length;
  const hidden = count - shown;
  const lines = textOf(answer).split('\n');
  expect(lines[0]).toBe(`${count} files${hidden === 0 ? '' : `, of which ${hidden} are left out here`}`);
  // The names are in the content as well: many clients show their model nothing else.
  expect(lines.slice(1)).toEqual(files.slice(0, count - hidden).map(({ name }) => `${name} (1 bytes)`));
});

it('a list of files says when the session has no state', async () => {
  const client = await connect(served({ listFiles: async () => null }));
  const answer = await call(client, 'list_files', { session: await newSession(client) });
  expect([answer.structuredContent, textOf(answer)]).toEqual([
    { files: [] },
    expect.stringContaining('the session has no state') as string,
  ]);
});
