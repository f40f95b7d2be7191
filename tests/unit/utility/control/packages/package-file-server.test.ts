/** Files of packages on their way to a worker that blocks until they come: a real thread, which waits for real. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerMemory, AnswerSlot } from '../../../../../src/shared/protocol/answer-slot.ts';
import {
  blockingCalls,
  type PackageFileQuestion,
} from '../../../../../src/shared/protocol/blocking-calls.ts';
import { PackageFileServer } from '../../../../../src/utility/control/packages/package-file-server.ts';
import { NodeThreads } from '../../../../../src/utility/control/node/node-threads.ts';
import { NodeCodec } from '../../../../../src/utility/control/node/node-codec.ts';
import { CachedWheel } from '../../../../../src/utility/control/packages/cached-wheel.ts';
import { zipOf, type ZipEntry } from '../../../scripts/support/zip.ts';

const PART_BYTES = blockingCalls.readPackageFile.partBytes;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vivarium-files-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      ssr: path.join(import.meta.dirname, 'fixtures', 'file-reader.ts'),
      target: 'node20',
      rolldownOptions: { output: { format: 'es', entryFileNames: 'file-reader.mjs' } },
    },
    ssr: { noExternal: true },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const hashOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

const wheelOf = (...entries: ZipEntry[]): Promise<CachedWheel> =>
  CachedWheel.open(new NodeCodec(), 'x', 'wheel', new Uint8Array(zipOf(entries)));

interface Answer {
  readonly got: boolean;
  readonly hash: string;
}

const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

interface Giving {
  readonly memory: SharedArrayBuffer;
  readonly giver: PackageFileServer;
  /** Packages whose files were told of as read. */
  readonly read: readonly string[];
}

const giving = (onFlood: () => void): Giving => {
  const memory = answerMemory(PART_BYTES);
  const slot = new AnswerSlot(memory);
  const read: string[] = [];
  const giver = new PackageFileServer({
    slot,
    nextTurn: () => new NodeThreads().nextTurn(),
    onFlood,
    onRead: (packageName) => void read.push(packageName),
  });
  return { memory, giver, read };
};

/** For a worker that waits for its answers. */
const honestly = (): Giving =>
  giving(() => {
    throw new Error('it does not wait for its answers');
  });

interface ReaderOptions {
  /** Told of each question; false keeps it from the giver. */
  readonly passOn?: (question: PackageFileQuestion) => boolean;
  readonly patienceMs?: number;
}

const readerOf = (
  { giver, memory }: Giving,
  wheels: readonly CachedWheel[],
  { passOn = () => true, patienceMs = 30_000 }: ReaderOptions = {},
) => {
  const placed = wheels.map((wheel) => giver.place(wheel));
  const worker = new Worker(path.join(folder, 'file-reader.mjs'), {
    workerData: { memory, patienceMs },
  });
  workers.push(worker);
  const questions: PackageFileQuestion[] = [];
  worker.on('message', ({ question }: { question?: PackageFileQuestion }) => {
    if (question === undefined) return;
    questions.push(question);
    if (passOn(question)) void giver.give(question);
  });
  const read = (id: number, size: number): Promise<Answer> =>
    new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: Partial<Answer>) => {
        if (message.got !== undefined) resolve({ got: message.got, hash: message.hash ?? '' });
      });
      worker.postMessage({ id, size });
    });
  return { read, questions, placed };
};

describe('a file of a package', () => {
  it('comes when it is read, from the package it belongs to', async () => {
    const [first, second] = await Promise.all([
      wheelOf({ name: 'a/one.py', contents: 'one = 1' }, { name: 'a/two.py', contents: 'two = 22' }),
      wheelOf({ name: 'b/three.py', contents: 'three = 333' }),
    ]);
    const { read, placed } = readerOf(honestly(), [first, second]);
    expect(placed.map(({ firstId }) => firstId)).toEqual([0, 2]);
    expect(await read(2, 11)).toEqual({ got: true, hash: hashOf('three = 333') });
    expect(await read(0, 7)).toEqual({ got: true, hash: hashOf('one = 1') });
  });

  it('comes in parts when it is large', async () => {
    const contents = 'x'.repeat(2 * PART_BYTES + 5);
    const { read, questions } = readerOf(honestly(), [await wheelOf({ name: 'large.bin', contents })]);
    expect(await read(0, contents.length)).toEqual({ got: true, hash: hashOf(contents) });
    expect(questions.map(({ offset }) => offset)).toEqual([0, PART_BYTES, 2 * PART_BYTES]);
  });

  it('may be empty, and is not asked for then', async () => {
    const { read, questions } = readerOf(honestly(), [await wheelOf({ name: 'empty.py', contents: '' })]);
    expect((await read(0, 0)).got).toBe(true);
    expect(questions).toEqual([]);
  });

  it.each([
    ['of no number', 7, 3],
    ['into memory of another size', 0, 4],
  ])('is not given out %s', async (_what, id, size) => {
    const { read } = readerOf(honestly(), [await wheelOf({ name: 'a.py', contents: 'abc' })]);
    expect((await read(id, size)).got).toBe(false);
    expect((await read(0, 3)).got).toBe(true);
  });

  it('that comes after the thread has given up is not taken for the next answer', async () => {
    const stage = honestly();
    const wheel = await wheelOf({ name: 'a.py', contents: 'abc' }, { name: 'b.py', contents: 'def' });
    let late: PackageFileQuestion | undefined;
    const { read } = readerOf(stage, [wheel], {
      patienceMs: 500,
      passOn: (question) => {
        if (question.id === 0) late = question;
        else if (late !== undefined) void stage.giver.give(late);
        return question.id !== 0;
      },
    });
    expect((await read(0, 3)).got).toBe(false);
    expect(await read(1, 3)).toEqual({ got: true, hash: hashOf('def') });
  });

  it('comes with those that follow it, as many whole ones as there is room for', async () => {
    const { giver, memory } = honestly();
    const slot = new AnswerSlot(memory);
    const names = ['a.py', 'b.py', 'empty.py', 'c.py', 'd.py'];
    const contentOf = (name: string): string => (name === 'empty.py' ? '' : name.repeat(3));
    const wheel = await wheelOf(
      ...names.map((name) => ({ name, contents: contentOf(name), deflated: true })),
    );
    giver.place(wheel);
    giver.place(await wheelOf({ name: 'another.py', contents: 'not of this package' }));
    const answer = async (question: Omit<PackageFileQuestion, 'call'>, call: number): Promise<string> => {
      await giver.give({ call, ...question });
      const given = slot.answerTo(call);
      return given?.kind === 'bytes' ? new TextDecoder().decode(given.bytes) : 'nothing';
    };
    const [a, b, , c, d] = names.map(contentOf);
    expect(await answer({ id: 0, offset: 0 }, 1)).toBe(a);
    expect(await answer({ id: 0, offset: 0, ahead: 11 }, 2)).toBe(a);
    expect(await answer({ id: 0, offset: 0, ahead: 23 }, 3)).toBe(`${a}${b}`);
    expect(await answer({ id: 0, offset: 0, ahead: 24 }, 4)).toBe(`${a}${b}${c}`);
    expect(await answer({ id: 1, offset: 0, ahead: 1_000_000_000 }, 5)).toBe(`${b}${c}${d}`);
    expect(await answer({ id: 4, offset: 0, ahead: 1000 }, 6)).toBe(d);
  });

  it('comes without the one that follows when that is damaged', async () => {
    const archive = zipOf([
      { name: 'a.py', contents: 'abc' },
      { name: 'b.py', contents: 'def' },
    ]);
    archive.writeUInt32LE(0, archive.indexOf('PK\u0003\u0004', 1));
    const { giver, memory } = honestly();
    giver.place(await CachedWheel.open(new NodeCodec(), 'x', 'wheel', new Uint8Array(archive)));
    await giver.give({ call: 1, id: 0, offset: 0, ahead: 3 });
    expect(new AnswerSlot(memory).answerTo(1)).toEqual({
      kind: 'bytes',
      bytes: new Uint8Array(Buffer.from('abc')),
    });
    await giver.give({ call: 2, id: 1, offset: 0 });
    expect(new AnswerSlot(memory).answerTo(2)).toEqual({ kind: 'failed' });
  });

  it('that is damaged is refused, and the next one is served', async () => {
    const archive = zipOf([
      { name: 'a.py', contents: 'abc' },
      { name: 'b.py', contents: 'def' },
    ]);
    const entry = archive.indexOf('PK\u0001\u0002');
    archive.writeUInt16LE(8, entry + 10);
    const { read } = readerOf(honestly(), [
      await CachedWheel.open(new NodeCodec(), 'x', 'wheel', new Uint8Array(archive)),
    ]);
    expect((await read(0, 3)).got).toBe(false);
    expect(await read(1, 3)).toEqual({ got: true, hash: hashOf('def') });
  });

  it.each([
    ['a file', 0],
    ['further parts of a file', PART_BYTES],
    ['no file', 9],
  ])('is given one at a time: a thread that asks for %s without waiting is reported', async (_what, at) => {
    let floods = 0;
    const { giver } = giving(() => (floods += 1));
    giver.place(await wheelOf({ name: 'large.bin', contents: 'x'.repeat(2 * PART_BYTES) }));
    await giver.give({ call: 1, id: 0, offset: 0 });
    const part = at === 9 ? { id: 9, offset: 0 } : { id: 0, offset: at };
    const flood = Array.from({ length: 30 }, (_one, index) => index + 2);
    await Promise.all(
      flood.map(async (number) => {
        // As messages come: one after the other, in the same turn.
        await Promise.resolve();
        await giver.give({ call: number, ...part });
      }),
    );
    expect(floods).toBeGreaterThan(0);
    floods = 0;
    for (const number of flood) await giver.give({ call: number, ...part });
    expect(floods).toBe(0);
  });
});
