/** Copies of files that are dragged out: private, under names of any system, few, and gone at the end. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { DraggedFiles } from '../../../src/main/app/dragged-files.ts';
import { WorkspaceFileError } from '../../../src/main/sandbox/sessions/file-collector.ts';
import { dragHandlers } from '../../../src/main/ipc/drag.ts';
import { routesOf, type Caller } from '../../../src/main/ipc/route.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { eventually } from '../../support/eventually.ts';

interface Opened {
  readonly folder: string;
  readonly files: DraggedFiles;
  /** Paths that the system was given. */
  readonly dragged: readonly string[];
}

const open = (maxBytes?: number, left?: string): Opened => {
  const parent = mkdtempSync(path.join(tmpdir(), 'vivarium-dragged-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = path.join(parent, 'dragged');
  if (left !== undefined) {
    mkdirSync(path.join(folder, 'old'), { recursive: true });
    writeFileSync(path.join(folder, 'old', left), 'of an app that was killed');
  }
  const dragged: string[] = [];
  const files = new DraggedFiles({
    folder,
    startDrag: (file) => dragged.push(file),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return { folder, files, dragged };
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('a copy has what the file has, is for its user alone, and is the one that the system drags', async () => {
  const { dragged, files, folder } = open();
  const one = await files.prepare('in/rain.csv', bytes('day,mm\n'));
  const other = await files.prepare('rain.csv', bytes('another'));
  expect([files.begin(one), files.begin('no such id'), files.begin(other)]).toEqual([true, false, true]);
  expect(dragged.map((file) => path.basename(file))).toEqual(['rain.csv', 'rain.csv']);
  expect(dragged.map((file) => readFileSync(file, 'utf8'))).toEqual(['day,mm\n', 'another']);
  for (const file of dragged) expect(path.relative(folder, file).startsWith('..')).toBe(false);
  if (process.platform === 'win32') return;
  const modes = [folder, path.dirname(dragged[0] ?? ''), dragged[0] ?? ''].map(
    (at) => statSync(at).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});

it.each([
  ['../../up.txt', 'up.txt'],
  ['C:/data.csv', 'data.csv'],
  ['con.csv', '_con.csv'],
  ['a:b?.txt', 'a_b_.txt'],
  ['end.', 'end_'],
  [`${'ü'.repeat(200)}.csv`, `${'ü'.repeat(118)}.csv`],
])('%s is named so that every system can have it', async (name, expected) => {
  const { dragged, files, folder } = open();
  const id = await files.prepare(name, bytes('x'));
  files.begin(id);
  expect(dragged).toEqual([path.join(folder, id, expected)]);
  expect(existsSync(dragged[0] ?? '')).toBe(true);
});

it('what an app that was killed has left, and all copies at the end, are removed; then there are no new ones', async () => {
  const { files, folder } = open(undefined, 'secret.csv');
  await files.prepare('a.txt', bytes('a'));
  expect(existsSync(path.join(folder, 'old'))).toBe(false);
  const late = files.prepare('late.txt', bytes('b'));
  late.catch(() => undefined);
  await files.close();
  await late.catch(() => undefined);
  await files.close();
  expect(existsSync(folder)).toBe(false);
  await expect(files.prepare('c.txt', bytes('c'))).rejects.toThrow('the app ends');
  expect(existsSync(folder)).toBe(false);
});

it('only the last copies stay: eight, and fewer when they are large', async () => {
  const many = open();
  const ids: string[] = [];
  for (let at = 0; at < 10; at += 1) ids.push(await many.files.prepare(`${at}.txt`, bytes('x')));
  expect(ids.map((id) => many.files.begin(id))).toEqual([false, false, ...Array<boolean>(8).fill(true)]);
  await eventually(() => expect(readdirSync(many.folder).sort()).toEqual(ids.slice(2).sort()));
  const large = open(10);
  const [first, second] = [
    await large.files.prepare('1', bytes('123456')),
    await large.files.prepare('2', bytes('123456')),
  ];
  const third = await large.files.prepare('3', bytes('more than all may have'));
  expect([first, second, third].map((id) => large.files.begin(id))).toEqual([false, false, true]);
});

const caller: Caller = { send: () => undefined, closed: new AbortController().signal };

it('the page gets copies of files of its sessions and of pictures alone, and hears why one can not be read', async () => {
  const { dragged, files, folder } = open();
  const handlers = dragHandlers({
    dragged: files,
    sandbox: {
      readFile: (session, name) => {
        if (session !== 's1') throw new WorkspaceFileError(`the session "${session}" has no state`);
        return Promise.resolve(bytes(`${session}: ${name}`));
      },
    },
  });
  const faults: string[] = [];
  const routes = routesOf('drag', handlers, (channel) => faults.push(channel));
  const ask = async (channel: string, ...given: unknown[]): Promise<unknown> =>
    routes.find((route) => route.channel === channel)?.answer(caller, given);
  const refused = (code: string): unknown => ({
    ok: false,
    error: expect.objectContaining({ code }) as unknown,
  });

  for (const name of ['', '../x', '/etc/passwd', 'a\u202Egnp.exe', 'a\0b', 'x'.repeat(300)]) {
    expect(await ask('drag-file', 's1', name)).toEqual(refused('invalid-argument'));
  }
  for (const name of ['run.desktop', 'a.png.exe', 'in/a.png', '.png/', 'a\u202E.png', '..']) {
    expect(await ask('drag-picture', name, bytes('x'))).toEqual(refused('invalid-argument'));
  }
  expect(await ask('drag-picture', 'a.png', 'no bytes')).toEqual(refused('invalid-argument'));
  expect(await ask('drag-picture', 'a.png', new Uint8Array(LIMITS.displayBytes + 1))).toEqual(
    refused('invalid-argument'),
  );
  expect(await ask('drag-begin', folder)).toEqual(refused('invalid-argument'));
  expect(await ask('drag-begin', '00000000-0000-4000-8000-000000000000')).toEqual(refused('not-found'));
  expect(existsSync(folder)).toBe(false);
  expect(await ask('drag-file', 's2', 'a.txt')).toEqual({
    ok: false,
    error: { code: 'not-found', message: 'the session "s2" has no state' },
  });

  const given = (await ask('drag-file', 's1', 'in/a.txt')) as { readonly value: string };
  const picture = (await ask('drag-picture', 'cell-1-image-1.png', bytes('png'))) as {
    readonly value: string;
  };
  for (const { value } of [given, picture])
    expect(await ask('drag-begin', value)).toEqual({ ok: true, value: null });
  expect(dragged.map((file) => [path.basename(file), readFileSync(file, 'utf8')])).toEqual([
    ['a.txt', 's1: in/a.txt'],
    ['cell-1-image-1.png', 'png'],
  ]);
  // A disk that takes nothing.
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file in the place of the folder');
  expect(await ask('drag-file', 's1', 'a.txt')).toEqual(refused('failed'));
  expect(faults).toEqual([]);
});
