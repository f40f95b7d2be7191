import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { needPosix } from '../../support/not-run.ts';
import { mountSmallDisk, NOBODY, resizeDisk } from '../../support/privileges.ts';
import type { UserEntry } from '../../../src/main/packages/resolve/package-entry.ts';
import { PackageStore } from '../../../src/main/packages/store/store.ts';
import { UserLock } from '../../../src/main/packages/store/user-lock.ts';
import { SnapshotStore } from '../../../src/main/sandbox/snapshots/snapshot-store.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';
import { testServer, type Handler } from './support/test-server.ts';
import { lockText, PYODIDE, sha256, wheel, type SmallWheel } from './support/world.ts';

const SCRIPT = fileURLToPath(new URL('support/install.ts', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

const PARTS = Array.from({ length: 12 }, (_one, index) =>
  wheel(`part-${String(index)}`, { padding: 400_000 + index }),
);
const ALL = wheel('all', { depends: PARTS.map(({ name }) => name) });
const WHEELS: readonly SmallWheel[] = [...PARTS, ALL];
const EXPECTED = Object.fromEntries(WHEELS.map(({ name, bytes }) => [name, sha256(bytes)]));

interface Answer {
  installed?: Record<string, string>;
  code?: string;
  message?: string;
}

interface Place {
  data: string;
  store: PackageStore;
  folder: string;
  start(mirror: string, options?: { uid?: number }): { child: ChildProcess; answer: Promise<Answer> };
}

function place(data = path.join(temporaryFolder(), 'data')): Place {
  const lock = path.join(temporaryFolder(), 'lock.json');
  writeFileSync(lock, lockText(WHEELS));
  chmodSync(path.dirname(lock), 0o755);
  const folder = path.join(data, 'pyodide-cache', PYODIDE);
  return {
    data,
    folder,
    store: new PackageStore(folder),
    start: (mirror, { uid } = {}) => {
      const child = spawn(process.execPath, ['--import', TSX, SCRIPT, data, lock, mirror, 'all'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        ...(uid === undefined ? {} : { uid, gid: uid, env: { ...process.env, HOME: '/nonexistent' } }),
      });
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      const answer = text(child.stdout).then((line) => (line === '' ? {} : (JSON.parse(line) as Answer)));
      return { child, answer };
    },
  };
}

const files: Handler = (request, response) => {
  const found = WHEELS.find(({ fileName }) => request.url === `/${fileName}`);
  if (found === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-length': String(found.bytes.length) }).end(found.bytes);
};

test('two processes install the same set at once', async () => {
  const { store, start } = place();
  let waiting: (() => void)[] = [];
  // Nobody gets anything before both have asked, so that they really work at the same time.
  const asked = new Map<string, number>();
  const server = await testServer((request, response) => {
    const count = (asked.get(request.url ?? '') ?? 0) + 1;
    asked.set(request.url ?? '', count);
    waiting.push(() => files(request, response));
    if (![...asked.values()].includes(2)) return;
    for (const go of waiting) go();
    waiting = [];
  });
  const both = [start(server.url), start(server.url)];
  for (const { answer } of both) expect(await answer).toEqual({ installed: EXPECTED });
  expect([...asked.values()]).toContain(2);
  expect(await store.verify()).toMatchObject({ files: WHEELS.length, damaged: [] });
  expect(readdirSync(path.join(store.folder, 'unfinished'))).toEqual([]);
});

test.each([0, 1, 5, 11])('a process killed when it has %i files leaves a usable store', async (count) => {
  const { folder, store, start } = place();
  const server = await testServer(files);
  const { child, answer } = start(server.url);
  await eventually(() => {
    const kept = existsSync(path.join(folder, 'files')) ? readdirSync(path.join(folder, 'files')).length : 0;
    const begun = existsSync(path.join(folder, 'unfinished'));
    if (kept < count || !begun) throw new Error('not yet');
  });
  child.kill('SIGKILL');
  await answer;
  expect((await store.verify()).damaged).toEqual([]);
  expect(await start(server.url).answer).toEqual({ installed: EXPECTED });
  await store.tidy();
  expect(readdirSync(path.join(folder, 'unfinished'))).toEqual([]);
  expect(await store.verify()).toMatchObject({ files: WHEELS.length, damaged: [] });
});

/** New ones each time; the name of the test says which. */
const MOMENTS = Array.from({ length: 5 }, () => Math.trunc(Math.random() * 1000));

test.each(MOMENTS)(
  'a process killed at a random moment leaves a usable store (after %i thousandths)',
  async (thousandths) => {
    const { folder, store, start } = place();
    const total = WHEELS.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // There is always something left to send: it can not have ended by itself.
    const until = Math.trunc((thousandths / 1000) * (total - 100_000));
    let sent = 0;
    let kill = (): void => undefined;
    const server = await testServer((request, response) => {
      const found = WHEELS.find(({ fileName }) => request.url === `/${fileName}`);
      if (found === undefined) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': String(found.bytes.length) });
      // Piece by piece, so that the moment may be anywhere in a file.
      const send = (from: number): void => {
        if (sent >= until) kill();
        const piece = found.bytes.subarray(from, from + 30_000);
        sent += piece.length;
        if (piece.length === 0) response.end();
        else response.write(piece, () => setImmediate(send, from + piece.length));
      };
      send(0);
    });
    const { child, answer } = start(server.url);
    kill = () => child.kill('SIGKILL');
    expect(await answer).toEqual({});
    kill = () => undefined;
    expect((await store.verify()).damaged).toEqual([]);
    expect(await start(server.url).answer).toEqual({ installed: EXPECTED });
    await store.tidy();
    expect(readdirSync(path.join(folder, 'unfinished'))).toEqual([]);
    expect(await store.verify()).toMatchObject({ files: WHEELS.length, damaged: [] });
  },
);

describe('a disk that is full', () => {
  /** All that is left of the room. */
  const fill = (disk: string): string => {
    const file = path.join(disk, 'filler');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(file, Buffer.alloc(bavail * bsize));
    return file;
  };

  test("is named when a package is recorded in the user's own lock, whose entries stay", async (context) => {
    const disk = temporaryFolder();
    mountSmallDisk(context, disk, '1m');
    const lock = new UserLock(disk);
    const entry = (name: string): UserEntry => ({
      ...{ name, version: '1.0', fileName: `${name}-1.0-py3-none-any.whl`, sha256: sha256(name) },
      ...{ kind: 'wheel', depends: [], imports: [name], origin: 'user' },
      ...{ asked: '', named: true },
    });
    await lock.put(entry('one'));
    const filler = fill(disk);
    for (const name of ['one', 'two']) {
      await expect(lock.put(entry(name))).rejects.toMatchObject({
        code: 'store-full',
        message: expect.stringMatching(/is full \(ENOSPC\); make room/u) as string,
      });
    }
    expect(await lock.load()).toMatchObject({ entries: [entry('one')], damaged: [] });
    expect(readdirSync(path.join(disk, 'unfinished'))).toEqual([]);
    rmSync(filler);
    await lock.put(entry('two'));
    expect((await lock.load()).entries).toEqual([entry('one'), entry('two')]);
  });

  test('keeps no further snapshot, but the one that is there, and no partial file', async (context) => {
    const disk = temporaryFolder();
    mountSmallDisk(context, disk, '2m');
    const folder = path.join(disk, 'snapshots');
    const snapshots = new SnapshotStore(folder);
    const content = new Uint8Array(500_000).fill(7);
    expect(await snapshots.write('one', content)).toBe(true);
    const filler = fill(disk);
    expect(await snapshots.write('one', new Uint8Array(600_000))).toBe(false);
    expect(await snapshots.write('two', content)).toBe(false);
    expect(await snapshots.read('one')).toEqual(content);
    expect(readdirSync(folder)).toEqual(['one.snapshot']);
    rmSync(filler);
    expect(await snapshots.write('two', content)).toBe(true);
    expect(await snapshots.read('two')).toEqual(content);
  });

  test('is named, and once there is room the rest is installed', async (context) => {
    const disk = temporaryFolder();
    mountSmallDisk(context, disk, '3m');
    const { folder, store, start } = place(path.join(disk, 'data'));
    const server = await testServer(files);
    const answer = await start(server.url).answer;
    expect(answer.code).toBe('store-full');
    expect(answer.message).toMatch(/is full \(ENOSPC\); make room/u);
    expect(readdirSync(path.join(folder, 'unfinished'))).toEqual([]);
    const before = await store.verify();
    expect(before.damaged).toEqual([]);
    expect(before.files).toBeGreaterThan(0);
    resizeDisk(context, disk, '64m');
    expect(await start(server.url).answer).toEqual({ installed: EXPECTED });
  });
});

describe('what the user may not read or write', () => {
  /** Root may read everything, so the test becomes another user. */
  const somebody = (folder: string): { uid?: number } => {
    if (process.getuid?.() !== 0) return {};
    for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
      chownSync(path.join(folder, name), NOBODY, NOBODY);
    }
    return { uid: NOBODY };
  };

  async function filledPlace(context: TestContext): Promise<Place & { as: { uid?: number }; url: string }> {
    needPosix(context);
    const made = place();
    chmodSync(path.dirname(made.data), 0o755);
    mkdirSync(made.data, { recursive: true });
    const server = await testServer(files);
    expect(await made.start(server.url).answer).toEqual({ installed: EXPECTED });
    return { ...made, as: somebody(made.data), url: server.url };
  }

  test('a file without permissions is moved aside and fetched again', async (context) => {
    const { folder, start, as, url } = await filledPlace(context);
    chmodSync(path.join(folder, 'files', sha256(ALL.bytes)), 0o000);
    expect(await start(url, as).answer).toEqual({ installed: EXPECTED });
    expect(readdirSync(path.join(folder, 'damaged'))).toHaveLength(1);
  });

  test('a folder without permissions is named', async (context) => {
    const { folder, start, as, url } = await filledPlace(context);
    chmodSync(path.join(folder, 'files'), 0o000);
    onTestFinished(() => {
      chmodSync(path.join(folder, 'files'), 0o700);
    });
    expect(await start(url, as).answer).toMatchObject({
      code: 'store-unreadable',
      message: expect.stringMatching(/EACCES/u) as string,
    });
  });

  test('a folder that may not be written to is named', async (context) => {
    const { folder, store, start, as, url } = await filledPlace(context);
    await store.clear();
    chmodSync(path.join(folder, 'unfinished'), 0o500);
    expect(await start(url, as).answer).toMatchObject({ code: 'store-unwritable' });
  });
});
