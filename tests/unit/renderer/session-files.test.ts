/** Files that a person has put into a session: they outlive its interpreter and the app. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { RunRequest, RunResult } from '../../../src/shared/contract/run.ts';
import type { SandboxApi, WorkApi } from '../../../src/shared/ipc/api.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { WorkStore } from '../../../src/main/work/work-store.ts';
import { chosenFiles } from '../../../src/renderer/console/files/chosen-files.ts';
import { listedFiles } from '../../../src/renderer/console/files/listed-files.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import type { Session } from '../../../src/renderer/console/model/session.ts';
import { restoreWork } from '../../../src/renderer/console/work/restore-work.ts';
import { WorkSaver } from '../../../src/renderer/console/work/work-saver.ts';
import { openedConsole, workApi, type OpenedConsole } from './support.ts';

interface Opened extends OpenedConsole {
  readonly session: Session;
  readonly save: () => Promise<void>;
  /** Files that runs have brought, by the code of the run. */
  readonly brought: readonly { readonly code: string; readonly files: readonly string[] }[];
  readonly parts: () => string[];
}

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const open = async (
  folder: string,
  run: (request: RunRequest) => Partial<RunResult> | Promise<Partial<RunResult>> = () => ({}),
  /** What reading a part comes to instead; null: what it is. */
  readFails: (name: string) => Awaited<ReturnType<WorkApi['read']>> | null = () => null,
): Promise<Opened> => {
  const store = new WorkStore(folder);
  const whole = workApi(store);
  const api: WorkApi = { ...whole, read: async (name) => readFails(name) ?? (await whole.read(name)) };
  const sandbox: Pick<SandboxApi, 'status'> = {
    status: () => Promise.resolve({ ok: false, error: { code: 'failed', message: 'none' } }),
  };
  const brought: { code: string; files: string[] }[] = [];
  const opened = openedConsole(
    (request) => {
      const files = (request.files ?? []).map(
        ({ bytes, name }) => `${name}=${new TextDecoder().decode(bytes)}`,
      );
      brought.push({ code: request.code, files });
      return run(request);
    },
    await restoreWork(api, sandbox),
    api,
  );
  const keeper = new WorkSaver(api, () => opened.store.work);
  const session = opened.store.active.value;
  if (session === null) throw new Error('no session');
  return {
    ...opened,
    session,
    brought,
    save: async () => {
      await keeper.saveNow();
      await store.flushed();
    },
    parts: () => readdirSync(folder).filter((name) => name.includes('-file-')),
  };
};

const attach = (opened: Opened, name: string, text: string) =>
  opened.store.files.attach(opened.session, chosenFiles([new File([text], name)]).files);

const codeCell = ({ session }: Opened, source: string): Cell => {
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.source = source;
  return cell;
};

it('a file is there again after the app was closed, with the next run', async () => {
  const folder = newFolder();
  const before = await open(folder);
  expect(await attach(before, 'rain.csv', 'day,mm')).toEqual([]);
  await before.save();
  const after = await open(folder);
  expect(after.session.lost).toBeNull();
  expect(listedFiles(after.session)).toEqual([{ name: 'rain.csv', size: 6, cell: null, isThere: false }]);
  const [cell] = after.session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.source = 'open("rain.csv")';
  await after.store.run(after.session, cell);
  expect(after.brought).toEqual([{ code: cell.source, files: ['rain.csv=day,mm'] }]);
  expect(listedFiles(after.session)).toEqual([{ name: 'rain.csv', size: 6, cell: null, isThere: true }]);
  // It is there now.
  await after.store.run(after.session, cell);
  expect(after.brought.at(-1)?.files).toEqual([]);
});

it('a file is put back after a reset, and again when that did not work', async () => {
  let status: RunResult['status'] = 'setup-failed';
  const opened = await open(newFolder(), ({ code }) => (code === '' ? {} : { status }));
  await attach(opened, 'a.txt', 'a');
  await opened.store.reset(opened.session);
  expect(opened.session.lost).toBeNull();
  const [cell] = opened.session.cells;
  if (cell === undefined) throw new Error('no cell');
  cell.source = 'x';
  await opened.store.run(opened.session, cell);
  status = 'ok';
  await opened.store.run(opened.session, cell);
  await opened.store.run(opened.session, cell);
  expect(opened.brought.map(({ files }) => files)).toEqual([['a.txt=a'], ['a.txt=a'], ['a.txt=a'], []]);
});

it('a file that can not be read stays, is told of, and is put back once it can', async () => {
  const folder = newFolder();
  const before = await open(folder);
  await attach(before, 'rain.csv', 'day,mm');
  await before.save();
  let isBroken = true;
  const after = await open(folder, undefined, (name) =>
    isBroken && name.includes('-file-')
      ? { ok: false, error: { code: 'failed', message: 'the disk is asleep' } }
      : null,
  );
  await after.store.run(after.session, codeCell(after, 'x'));
  expect(after.brought).toEqual([{ code: 'x', files: [] }]);
  expect(after.store.files.unread.value).toEqual([{ name: 'rain.csv', detail: 'the disk is asleep' }]);
  expect(listedFiles(after.session)).toEqual([{ name: 'rain.csv', size: 6, cell: null, isThere: false }]);
  await after.save();
  expect(after.parts()).toHaveLength(1);
  isBroken = false;
  await after.store.run(after.session, codeCell(after, 'y'));
  expect(after.brought.at(-1)).toEqual({ code: 'y', files: ['rain.csv=day,mm'] });
});

it('a file whose contents are gone from the disk stays in the list until a person removes it', async () => {
  const folder = newFolder();
  const opened = await open(folder);
  await attach(opened, 'a.txt', 'a');
  await opened.save();
  await opened.store.reset(opened.session);
  for (const part of opened.parts()) rmSync(path.join(folder, part));
  await opened.store.run(opened.session, codeCell(opened, 'x'));
  expect(opened.store.files.unread.value).toEqual([{ name: 'a.txt', detail: null }]);
  expect(listedFiles(opened.session).map(({ name }) => name)).toEqual(['a.txt']);
  expect(await opened.store.files.remove(opened.session, 'a.txt')).toBe(true);
  expect(listedFiles(opened.session)).toEqual([]);
});

it('a cell that is run while its files are being put back finds them', async () => {
  let endPlacing: (result: Partial<RunResult>) => void = () => undefined;
  const placing = new Promise<Partial<RunResult>>((resolve) => (endPlacing = resolve));
  let attached = 0;
  const opened = await open(newFolder(), ({ code }) => {
    attached += code === '' ? 1 : 0;
    // The run that puts `a.txt` back.
    return attached === 2 && code === '' ? placing : {};
  });
  await attach(opened, 'a.txt', 'a');
  await opened.store.reset(opened.session);
  const adding = attach(opened, 'b.txt', 'b');
  await vi.waitFor(() => expect(opened.brought).toHaveLength(2));
  const running = opened.store.run(opened.session, codeCell(opened, 'open("a.txt")'));
  endPlacing({ status: 'setup-failed' });
  await adding;
  await running;
  expect(opened.brought.at(-1)).toEqual({ code: 'open("a.txt")', files: ['a.txt=a'] });
});

it.each([
  { status: 'timeout', state: 'kept', runMs: 5, comesAgain: false },
  { status: 'cancelled', state: 'kept', runMs: 5, comesAgain: false },
  { status: 'cancelled', state: 'kept', runMs: 0, comesAgain: true },
  { status: 'timeout', state: 'lost', runMs: 5, comesAgain: true },
  { status: 'setup-failed', state: 'kept', runMs: 0, comesAgain: true },
  // What earlier runs had left was gone before it began.
  { status: 'ok', state: 'lost', runMs: 5, comesAgain: false },
] as const)(
  'after a run with its files that ended $status, its state $state after $runMs ms, they come again: $comesAgain',
  async ({ comesAgain, runMs, state, status }) => {
    const opened = await open(newFolder(), ({ code }) =>
      code === 'change'
        ? {
            status,
            session: { id: 's', state },
            timing: { waitMs: 0, startMs: 0, packagesMs: 0, runMs },
          }
        : {},
    );
    await attach(opened, 'a.txt', 'a');
    await opened.store.reset(opened.session);
    await opened.store.run(opened.session, codeCell(opened, 'change'));
    await opened.store.run(opened.session, codeCell(opened, 'look'));
    expect(opened.brought.at(-1)).toEqual({ code: 'look', files: comesAgain ? ['a.txt=a'] : [] });
  },
);

it('a removed file, and the contents of one that was replaced, are gone from the disk, too', async () => {
  const folder = newFolder();
  const opened = await open(folder);
  await attach(opened, 'a.txt', 'first');
  await opened.save();
  const first = opened.parts();
  expect(first).not.toEqual([]);
  await attach(opened, 'a.txt', 'second');
  await opened.save();
  expect(opened.parts().filter((name) => first.includes(name))).toEqual([]);
  expect(await opened.store.files.remove(opened.session, 'a.txt')).toBe(true);
  await opened.save();
  expect(opened.parts()).toEqual([]);
  expect(listedFiles(opened.session)).toEqual([]);
});

it('a file that was never written into the list of its session is removed at the next start', async () => {
  const folder = newFolder();
  const opened = await open(folder);
  await opened.save();
  await attach(opened, 'a.txt', 'a');
  expect(opened.parts()).toHaveLength(1);
  const after = await open(folder);
  expect(after.session.attached).toEqual([]);
  expect(after.parts()).toEqual([]);
});

it('what is removed can come back where it can be read, and is removed where it never could be', async () => {
  const opened = await open(newFolder());
  const { session, store } = opened;
  await attach(opened, 'a.txt', 'kept');
  await store.reset(session);
  // It is coming back: the session's folder does not have it yet.
  const bytes = await store.files.readForUndo(session, 'a.txt');
  expect(bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : bytes).toBe('kept');
  session.noteFiles([{ name: 'large', size: LIMITS.collectedFileBytes + 1, mime: '' }], 1);
  expect(await store.files.readForUndo(session, 'large')).toBeNull();
  expect(await store.files.remove(session, 'large')).toBe(true);
});

it('what is not kept is said, and counts as lost with the rest', async () => {
  const opened = await open(newFolder());
  opened.session.attach({ name: 'large', size: LIMITS.totalFileBytes, parts: [], isPlaced: true });
  expect(await attach(opened, 'more.txt', 'x')).toEqual([
    { code: 'not-kept', name: 'more.txt', detail: null },
  ]);
  await opened.store.reset(opened.session);
  expect(opened.session.lost).toEqual({ reason: 'reset', files: ['more.txt'], printed: '' });
});

it('what is cancelled is let go of: the file that waits, and those after it; what has arrived stays', async () => {
  const results: ((result: Partial<RunResult>) => void)[] = [];
  const held = (): Promise<Partial<RunResult>> => new Promise((resolve) => results.push(resolve));
  const { brought, cancelled, session, store } = await open(newFolder(), held);
  const timing = { waitMs: 9, startMs: 0, packagesMs: 0, runMs: 0 };
  const chosen = (...names: string[]) => chosenFiles(names.map((name) => new File([name], name))).files;
  const attaching = store.files.attach(session, chosen('a', 'b', 'c'));
  await vi.waitFor(() => expect(results).toHaveLength(1));
  results[0]?.({});
  await vi.waitFor(() => expect(results).toHaveLength(2));
  store.files.transfers.value[0]?.cancel();
  expect(cancelled).toHaveLength(1);
  results[1]?.({ status: 'cancelled', timing });
  expect(await attaching).toEqual([]);
  expect(store.files.transfers.value).toEqual([]);
  expect(brought.map(({ files }) => files)).toEqual([['a=a'], ['b=b']]);
  expect(listedFiles(session).map(({ name }) => name)).toEqual(['a']);
  // It had arrived by then.
  const late = store.files.attach(session, chosen('d'));
  await vi.waitFor(() => expect(results).toHaveLength(3));
  store.files.transfers.value[0]?.cancel();
  results[2]?.({ status: 'cancelled', timing: { ...timing, runMs: 1 } });
  expect(await late).toEqual([]);
  expect(listedFiles(session).map(({ name }) => name)).toEqual(['a', 'd']);
});

it('each of several additions under way is shown until its own end, and cancelled for itself', async () => {
  const results: ((result: Partial<RunResult>) => void)[] = [];
  const held = (): Promise<Partial<RunResult>> => new Promise((resolve) => results.push(resolve));
  const opened = await open(newFolder(), held);
  const { cancelled, session } = opened;
  const { transfers } = opened.store.files;
  const names = (): string[] => transfers.value.map(({ name }) => name);
  const first = attach(opened, 'a', 'a');
  const second = attach(opened, 'b', 'b');
  const third = attach(opened, 'c', 'c');
  expect(names()).toEqual(['a', 'b', 'c']);
  await vi.waitFor(() => expect(results).toHaveLength(3));
  results[1]?.({});
  await second;
  expect(names()).toEqual(['a', 'c']);
  for (const { cancel } of transfers.value) cancel();
  expect(cancelled).toHaveLength(2);
  const timing = { waitMs: 9, startMs: 0, packagesMs: 0, runMs: 0 };
  for (const result of results) result({ status: 'cancelled', timing });
  expect(await Promise.all([first, third])).toEqual([[], []]);
  expect(names()).toEqual([]);
  expect(listedFiles(session).map(({ name }) => name)).toEqual(['b']);
});

it('a file that was to replace one and does not arrive leaves that as code has made it', async () => {
  let placing: Partial<RunResult> = {};
  const opened = await open(newFolder(), ({ code }) => (code === '' ? placing : {}));
  await attach(opened, 'data.csv', 'old');
  await opened.store.run(opened.session, codeCell(opened, 'open("data.csv", "w").write("made")'));
  placing = { status: 'cancelled', timing: { waitMs: 9, startMs: 0, packagesMs: 0, runMs: 0 } };
  const adding = attach(opened, 'data.csv', 'new');
  opened.store.files.transfers.value[0]?.cancel();
  expect(await adding).toEqual([]);
  placing = { status: 'setup-failed' };
  expect(await attach(opened, 'data.csv', 'newer')).toMatchObject([{ code: 'failed', name: 'data.csv' }]);
  await opened.store.run(opened.session, codeCell(opened, 'open("data.csv")'));
  expect(opened.brought.at(-1)).toEqual({ code: 'open("data.csv")', files: [] });
});

it('a file that is too large is named, and the others are taken', () => {
  const large = new File([], 'large.bin');
  Object.defineProperty(large, 'size', { value: LIMITS.fileBytes + 1 });
  const { files, problems } = chosenFiles([large, new File(['x'], 'small.txt'), new File([], 'a\\b')]);
  expect(files.map(({ name }) => name)).toEqual(['small.txt']);
  expect(problems).toEqual([
    { code: 'too-large', name: 'large.bin', size: LIMITS.fileBytes + 1 },
    { code: 'bad-name', name: 'a\\b' },
  ]);
});
