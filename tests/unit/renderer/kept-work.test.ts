/** What a page finds of the work of the page before it: nothing that somebody wrote is lost on the way. */
import { mkdtempSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SandboxApi, WorkApi } from '../../../src/shared/ipc/api.ts';
import { WorkStore } from '../../../src/main/work/work-store.ts';
import type { ConsoleStore } from '../../../src/renderer/console/console-store.ts';
import type { Cell } from '../../../src/renderer/console/model/cell.ts';
import { setHidden } from '../../../src/renderer/console/model/collapsed.ts';
import { Session } from '../../../src/renderer/console/model/session.ts';
import {
  decode,
  encode,
  encodeCell,
  KeptCell,
  KeptSession,
  keptSession,
} from '../../../src/renderer/console/work/kept.ts';
import { loadWork, restoreWork, WorkReader } from '../../../src/renderer/console/work/restore-work.ts';
import { outputsLoaded } from '../../../src/renderer/console/work/outputs-loaded.ts';
import { WorkSaver } from '../../../src/renderer/console/work/work-saver.ts';
import {
  fillSession,
  readDocument,
  writeDocument,
} from '../../../src/renderer/console/documents/document-content.ts';
import { markSaved } from '../../../src/renderer/console/documents/saved-notebook.ts';
import { deferred } from '../sandbox/support.ts';
import { openedConsole, workApi, type OpenedConsole } from './support.ts';

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-kept-work-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'work');
};

interface Page extends OpenedConsole {
  readonly keeper: WorkSaver;
  /** Resolves when everything is on the disk, as at the end of the app. */
  readonly save: () => Promise<void>;
}

const noSandbox: Pick<SandboxApi, 'status'> = {
  status: () => Promise.resolve({ ok: false, error: { code: 'failed', message: 'none' } }),
};

const UNHEARD = { onSource: () => undefined, onCell: () => undefined };

/** A page as it begins, with no interpreter that is left from before. */
const openPage = async (folder: string, run?: Parameters<typeof openedConsole>[0]): Promise<Page> => {
  const parts = new WorkStore(folder);
  const api = workApi(parts);
  const opened = openedConsole(run, await restoreWork(api, noSandbox), api);
  const keeper = new WorkSaver(api, () => opened.store.work);
  await loadWork(new WorkReader(api, () => undefined), () => opened.store.allCells, {
    onSource: (session) => keeper.noteSource(session),
    onCell: (cell) => keeper.noteRestored(cell),
  });
  return {
    ...opened,
    keeper,
    save: async () => {
      await keeper.saveNow();
      await parts.flushed();
    },
  };
};

/** Of which the page after it can know nothing but what is kept. */
const openNotebook = (store: ConsoleStore, cells: readonly object[]): string => {
  const text = JSON.stringify({ cells, metadata: { own: 1 }, nbformat: 4, nbformat_minor: 5 }, null, 1);
  const reading = readDocument('ipynb', new TextEncoder().encode(text));
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const file = { id: '5f4f5c0e-0000-4000-8000-000000000000', name: 'a.ipynb', version: 'f'.repeat(64) };
  fillSession(activeOf(store), file, 'ipynb', reading);
  return text;
};
const notebookCell = (source: string, more: object = {}): object => ({
  cell_type: 'code',
  execution_count: 1,
  id: source,
  metadata: { tags: [source] },
  outputs: [{ name: 'stdout', output_type: 'stream', text: [`of ${source}`] }],
  source: [source],
  ...more,
});
const writtenText = (session: Session): string => {
  const written = writeDocument(session, 'ipynb');
  return written.kind === 'bytes' ? new TextDecoder().decode(written.bytes) : '';
};

const activeOf = (store: ConsoleStore): Session => {
  const session = store.active.value;
  if (session === null) throw new Error('no session');
  return session;
};

/** Puts cells with these codes into the session that is shown. */
const write = (store: ConsoleStore, ...codes: string[]): readonly Cell[] => {
  const session = activeOf(store);
  return codes.map((code, index) => {
    const cell = session.cells[index] ?? session.addCell();
    cell.source = code;
    return cell;
  });
};

const codesOf = (store: ConsoleStore): string[][] =>
  store.sessions.value.map(({ cells }) => cells.map(({ source }) => source));

describe('what was removed before the end of the app', () => {
  it('comes back: a cell at its place, with its output', async () => {
    const folder = newFolder();
    const before = await openPage(folder, () => ({ stdout: 'brought out' }));
    const [, second] = write(before.store, 'a', 'b', 'c');
    if (second === undefined) throw new Error('no cell');
    await before.store.run(activeOf(before.store), second);
    before.store.removeCell(activeOf(before.store), second);
    await before.save();
    const { store } = await openPage(folder);
    expect(codesOf(store)).toEqual([['a', 'c']]);
    // What it had made is gone with the rest.
    expect(activeOf(store).lost?.reason).toBe('app-closed');
    store.undo();
    expect(codesOf(store)).toEqual([['a', 'b', 'c']]);
    const [, back] = activeOf(store).cells;
    expect(back).toMatchObject({ stale: true, phase: { name: 'done' }, items: [{ kind: 'text' }] });
  });

  it('comes back: a session that was closed, with its cells', async () => {
    const folder = newFolder();
    const before = await openPage(folder);
    write(before.store, 'first');
    before.store.addSession();
    const [x] = write(before.store, 'x', 'y') as [Cell];
    before.store.removeCell(activeOf(before.store), x);
    before.store.closeSession(activeOf(before.store));
    await before.save();
    const { store } = await openPage(folder);
    expect(codesOf(store)).toEqual([['first']]);
    store.undo();
    expect(codesOf(store)).toEqual([['first'], ['y']]);
    store.undo();
    expect(codesOf(store)).toEqual([['first'], ['x', 'y']]);
    expect(store.undo()).toBeNull();
  });

  it('comes back: cells that were merged, one after the other', async () => {
    const folder = newFolder();
    const before = await openPage(folder);
    const [a, b, c] = write(before.store, 'a', 'b', 'c') as [Cell, Cell, Cell];
    before.store.mergeCells(activeOf(before.store), a, b);
    before.store.mergeCells(activeOf(before.store), a, c);
    await before.save();
    const { store } = await openPage(folder);
    expect(codesOf(store)).toEqual([['a\nb\nc']]);
    store.undo();
    expect(codesOf(store)).toEqual([['a\nb', 'c']]);
    store.undo();
    expect(codesOf(store)).toEqual([['a', 'b', 'c']]);
  });

  it('leaves a merged cell as it was changed since, and brings the other one back', async () => {
    const folder = newFolder();
    const before = await openPage(folder);
    const [a, b] = write(before.store, 'a', 'b') as [Cell, Cell];
    before.store.mergeCells(activeOf(before.store), a, b);
    a.source = 'a # without the other';
    await before.save();
    const { store } = await openPage(folder);
    store.undo();
    expect(codesOf(store)).toEqual([['a # without the other', 'b']]);
  });

  it('is gone once its time is over', async () => {
    const folder = newFolder();
    const before = await openPage(folder, () => ({ stdout: 'brought out' }));
    const [cell] = write(before.store, 'x', 'y') as [Cell];
    await before.store.run(activeOf(before.store), cell);
    before.store.closeSession(activeOf(before.store));
    await before.save();
    const name = before.store.removals.sessions.value[0]?.name ?? 'none';
    expect(readdirSync(folder).filter((file) => file.startsWith(name))).toHaveLength(2);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const after = await openPage(folder);
    await after.save();
    vi.advanceTimersByTime(200_000);
    vi.useRealTimers();
    await after.save();
    expect(after.store.undo()).toBeNull();
    // The new session has its part; the one before it is removed with its output.
    expect(
      readdirSync(folder).filter((file) => file.startsWith(`${name}.`) || file.startsWith(`${name}-`)),
    ).toEqual([]);
  });
});

it.each([
  ['damaged', ''],
  ['not written to its end', '.fresh'],
])(
  'a session that an older list has as closed stays with its output when the newer list is %s',
  async (_what, mark) => {
    const folder = newFolder();
    const page = await openPage(folder, () => ({ stdout: 'brought out' }));
    const [cell] = write(page.store, 'precious') as [Cell];
    await page.store.run(activeOf(page.store), cell);
    page.store.closeSession(activeOf(page.store));
    await page.save();
    page.store.undo();
    await page.save();
    const list = (of: string): string => path.join(folder, `sessions${of}.part`);
    truncateSync(list(''), 20);
    if (mark !== '') {
      renameSync(list(''), list(mark));
      renameSync(list('.previous'), list(''));
    }
    const next = await openPage(folder);
    expect(codesOf(next.store).flat()).toContain('precious');
    expect(next.store.removals.entries.value).toEqual([]);
    expect(
      next.store.sessions.value.flatMap(({ cells }) => cells.map(({ items }) => items.length)),
    ).toContain(1);
  },
);

it('output stays that an older version of its session does not know', async () => {
  const folder = newFolder();
  const page = await openPage(folder, () => ({ stdout: 'brought out' }));
  const session = activeOf(page.store);
  write(page.store, 'a');
  await page.save();
  const cell = session.addCell('b');
  await page.store.run(session, cell);
  await page.save();
  truncateSync(path.join(folder, `${session.name}.part`), 20);
  await openPage(folder);
  expect(readdirSync(folder)).toContain(`${cell.id}.part`);
});

it('output of a run that goes on and on is saved the more seldom the more it is; its beginning and end at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const end = deferred();
  let runId = '';
  const { say, store } = openedConsole(async (_request, id) => {
    runId = id;
    await end.promise;
    return {};
  });
  const [cell] = write(store, 'loop') as [Cell];
  const saved: { readonly at: number; readonly bytes: number }[] = [];
  const codes: string[] = [];
  const begunAt = performance.now();
  let settle: () => void = () => undefined;
  const keeper = new WorkSaver(
    {
      ...workApi(new WorkStore(newFolder())),
      onSettle: (listener) => {
        settle = () => listener(null);
        return () => undefined;
      },
      save: (parts) => {
        for (const { bytes, name } of parts) {
          if (name === cell.id) saved.push({ at: performance.now() - begunAt, bytes: bytes.byteLength });
          else codes.push(name);
        }
        return Promise.resolve({ ok: true, value: null });
      },
    },
    () => store.work,
  );
  keeper.start();
  await vi.advanceTimersByTimeAsync(1000);
  void store.run(activeOf(store), cell);
  await vi.advanceTimersByTimeAsync(500);
  expect(saved).toHaveLength(1);
  const piece = 'x'.repeat(49_999);
  for (let ms = 0; ms < 60_000; ms += 100) {
    say({ type: 'text', runId, stream: 'stdout', text: `${piece}\n` });
    await vi.advanceTimersByTimeAsync(100);
  }
  const written = saved.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(saved.length).toBeGreaterThan(2);
  for (const [index, { at }] of saved.slice(1).entries()) {
    const before = saved[index] ?? { at: 0, bytes: 0 };
    expect(at - before.at).toBeGreaterThanOrEqual(Math.max(2000, before.bytes / 250) - 1);
  }
  expect(written).toBeLessThan(40_000_000);
  // Code does not wait.
  codes.length = 0;
  activeOf(store).addCell('more');
  await vi.advanceTimersByTimeAsync(500);
  expect(codes).toEqual([activeOf(store).name]);
  // The end of the app does not wait, either.
  const count = saved.length;
  settle();
  await vi.advanceTimersByTimeAsync(0);
  expect(saved.length).toBe(count + 1);
  say({ type: 'text', runId, stream: 'stdout', text: 'last words' });
  end.resolve();
  await vi.advanceTimersByTimeAsync(500);
  expect(saved.length).toBe(count + 2);
});

it('the last output before a long silence is saved during it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  let runId = '';
  const { say, store } = openedConsole((_request, id) => {
    runId = id;
    return deferred().promise.then(() => ({}));
  });
  const [cell] = write(store, 'quiet') as [Cell];
  const saved: string[] = [];
  const keeper = new WorkSaver(
    {
      ...workApi(new WorkStore(newFolder())),
      save: (parts) => {
        for (const { bytes, name } of parts)
          if (name === cell.id) saved.push(new TextDecoder().decode(bytes));
        return Promise.resolve({ ok: true, value: null });
      },
    },
    () => store.work,
  );
  keeper.start();
  void store.run(activeOf(store), cell);
  await vi.advanceTimersByTimeAsync(500);
  say({ type: 'text', runId, stream: 'stdout', text: 'thinking' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(saved.at(-1)).not.toContain('thinking');
  await vi.advanceTimersByTimeAsync(1500);
  expect(saved.at(-1)).toContain('thinking');
});

it('a part of a cell that was collapsed is saved without any other change', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { store } = openedConsole();
  const [cell] = write(store, 'x = 1') as [Cell];
  const saved: string[] = [];
  const keeper = new WorkSaver(
    {
      ...workApi(new WorkStore(newFolder())),
      save: (parts) => {
        for (const { bytes } of parts) saved.push(new TextDecoder().decode(bytes));
        return Promise.resolve({ ok: true, value: null });
      },
    },
    () => store.work,
  );
  keeper.start();
  await vi.advanceTimersByTimeAsync(1000);
  for (const isHidden of [true, false]) {
    setHidden(cell, 'code', isHidden);
    await vi.advanceTimersByTimeAsync(500);
    expect(saved.at(-1)).toContain(`"hidden":{"code":${isHidden},"outputs":false}`);
  }
});

it('a number that is none of ours costs no session', () => {
  const session = new Session('s1-x', 1);
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  const unsafe = Number.MAX_SAFE_INTEGER + 1;
  session.runs = unsafe;
  cell.number = unsafe;
  session.noteFiles([{ name: 'a', size: 1, mime: 'text/plain' }], unsafe);
  expect(decode(KeptSession, encode(keptSession(session)))).toMatchObject({
    runs: 0,
    files: [{ name: 'a', cell: null }],
  });
  expect(decode(KeptCell, encodeCell(cell))).toMatchObject({ number: null });
});

describe('a document', () => {
  const markdown = notebookCell('text', {
    cell_type: 'markdown',
    attachments: { 'a.png': { 'image/png': 'iVBORw0KGgo=' } },
  });

  it('is there again with all that only its file has', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    const text = openNotebook(first.store, [notebookCell('a'), markdown, notebookCell('b')]);
    await first.save();
    const { store } = await openPage(folder);
    const session = activeOf(store);
    expect(session.document).toMatchObject({ name: 'a.ipynb', version: 'f'.repeat(64) });
    expect(session.cells.map(({ kind }) => kind)).toEqual(['code', 'markdown', 'code']);
    expect(session.cells[0]?.items).toMatchObject([{ kind: 'text' }]);
    expect(session.hasChanges).toBe(false);
    expect(writtenText(session)).toBe(text);
  });

  it('that was changed and run says so after the next start, and is saved as it would have been', async () => {
    const folder = newFolder();
    const first = await openPage(folder, () => ({ stdout: 'run here' }));
    openNotebook(first.store, [notebookCell('a'), notebookCell('b'), notebookCell('c')]);
    const session = activeOf(first.store);
    const [a, b, c] = session.cells;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no cells');
    await first.store.run(session, a);
    b.source = 'b2';
    first.store.removeCell(session, c);
    const expected = writtenText(session);
    await first.save();
    const second = await openPage(folder);
    const restored = activeOf(second.store);
    expect(restored.hasChanges).toBe(true);
    expect(writtenText(restored)).toBe(expected);
    expect(expected).toContain('run here');
    second.store.undo();
    expect(writtenText(restored)).toContain('of c');
    // Once it is saved, the page after that knows of no changes.
    restored.saved = restored.savedCells;
    await second.save();
    expect(activeOf((await openPage(folder)).store).hasChanges).toBe(false);
  });

  it('is not written before the outputs that are kept were read', async () => {
    const folder = newFolder();
    const first = await openPage(folder, () => ({ stdout: 'run here' }));
    openNotebook(first.store, [notebookCell('a')]);
    const [cell] = activeOf(first.store).cells;
    if (cell === undefined) throw new Error('no cell');
    await first.store.run(activeOf(first.store), cell);
    const expected = writtenText(activeOf(first.store));
    await first.save();
    const api = workApi(new WorkStore(folder));
    const restored = await restoreWork(api, noSandbox);
    const { store } = openedConsole(undefined, restored, api);
    const session = activeOf(store);
    const isRead = deferred();
    const slow: WorkApi = {
      ...api,
      read: async (name) => {
        await isRead.promise;
        return api.read(name);
      },
    };
    const loading = loadWork(new WorkReader(slow, () => undefined), () => store.allCells, UNHEARD);
    const written = outputsLoaded(session).then(() => writtenText(session));
    isRead.resolve();
    expect(await written).toBe(expected);
    expect(expected).toContain('run here');
    await loading;
    await outputsLoaded(session);
  });

  it('holds no other session up while it is read, and loses nothing when the app ends before that', async () => {
    const folder = newFolder();
    const first = await openPage(folder, () => ({ stdout: 'of the other' }));
    const text = openNotebook(first.store, [notebookCell('a'), notebookCell('b')]);
    const long = activeOf(first.store).name;
    const other = first.store.addSession();
    await first.store.run(other, other.addCell('other'));
    first.store.activeName.value = long;
    await first.save();

    const parts = new WorkStore(folder);
    const api = workApi(parts);
    const { store } = openedConsole(undefined, await restoreWork(api, noSandbox), api);
    const [isRead, isOtherLoaded] = [deferred(), deferred()];
    const slow: WorkApi = {
      ...api,
      read: async (name) => {
        if (name.includes('-document-')) await isRead.promise;
        return api.read(name);
      },
    };
    const keeper = new WorkSaver(api, () => store.work);
    const loading = loadWork(new WorkReader(slow, () => undefined), () => store.allCells, {
      onSource: (session) => keeper.noteSource(session),
      onCell: (cell) => {
        keeper.noteRestored(cell);
        isOtherLoaded.resolve();
      },
    });
    await isOtherLoaded.promise;
    const session = activeOf(store);
    expect(session).toMatchObject({ document: { name: 'a.ipynb' }, documentSource: null, hasChanges: false });
    const [a, b] = session.cells;
    if (a === undefined || b === undefined) throw new Error('no cells');
    b.source = 'changed';
    await keeper.saveNow();
    await parts.flushed();
    // Another start, as if the app had ended now.
    const after = activeOf((await openPage(folder)).store);
    expect(after.hasChanges).toBe(true);
    expect(writtenText(after)).toBe(text.replace('"source": [\n    "b"', '"source": [\n    "changed"'));
    await store.run(session, a);
    isRead.resolve();
    await loading;
    // What was run meanwhile stays as it is.
    expect(session.cells.map(({ phase }) => phase.name)).toEqual(['done', 'opened']);
    expect(session.hasChanges).toBe(true);
    expect(writtenText(session)).toContain('"own": 1');
  });

  it('that can not be read whole any more is a session without a file', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    openNotebook(first.store, [notebookCell('a')]);
    await first.save();
    for (const name of readdirSync(folder).filter((one) => one.includes('-document-')))
      truncateSync(path.join(folder, name), 10);
    const session = activeOf((await openPage(folder)).store);
    expect(session).toMatchObject({ document: null, documentSource: null, unreadParts: null });
    expect(session.cells.map(({ origin, source }) => [source, origin])).toEqual([['a', null]]);
  });

  it('has the outputs of its file where those that were kept can not be read', async () => {
    const folder = newFolder();
    const first = await openPage(folder, () => ({ stdout: 'run here' }));
    const text = openNotebook(first.store, [notebookCell('a')]);
    const [cell] = activeOf(first.store).cells;
    if (cell === undefined) throw new Error('no cell');
    await first.store.run(activeOf(first.store), cell);
    await first.save();
    for (const name of readdirSync(folder).filter((one) => one.includes(cell.id)))
      truncateSync(path.join(folder, name), 10);
    const session = activeOf((await openPage(folder)).store);
    expect(session.cells[0]).toMatchObject({ phase: { name: 'opened' }, items: [{ kind: 'text' }] });
    expect(writtenText(session)).toBe(text);
  });

  const save = (page: Page): string => {
    const session = activeOf(page.store);
    const cells = session.savedCells;
    const written = writeDocument(session, 'ipynb');
    if (written.kind !== 'bytes') throw new Error('not to be written');
    const removed = page.store.work.removals.flatMap((one) => (one.kind === 'session' ? [] : [one.cell]));
    session.saved = cells;
    markSaved(session, cells, written.cells, removed);
    return new TextDecoder().decode(written.bytes);
  };

  it('has in its file all of an output of which only a part is kept, also when it is saved after the next start', async () => {
    const folder = newFolder();
    const large = `${'x'.repeat(999)}\n`.repeat(9 * 1024);
    const first = await openPage(folder, ({ code }) => ({ stdout: code === 'small' ? code : large }));
    openNotebook(first.store, [notebookCell('a'), notebookCell('b')]);
    const session = activeOf(first.store);
    const fresh = session.addCell('made here');
    for (const cell of session.cells) await first.store.run(session, cell);
    const saved = save(first);
    expect(saved.split('x'.repeat(999))).toHaveLength(1 + 3 * 9 * 1024);
    expect(session.hasChanges).toBe(false);
    expect(save(first)).toBe(saved);
    await first.save();
    const second = await openPage(folder, () => ({ stdout: 'small' }));
    const restored = activeOf(second.store);
    expect(restored.cells.map(({ isCut }) => isCut)).toEqual([true, true, true]);
    expect(writtenText(restored)).toBe(saved);
    const [a, , made] = restored.cells;
    if (a === undefined || made === undefined) throw new Error('no cells');
    expect(made.id).toBe(fresh.id);
    made.source = 'changed';
    await second.store.run(restored, a);
    const again = save(second);
    expect(again.split('x'.repeat(999))).toHaveLength(1 + 2 * 9 * 1024);
    expect(again).toContain('changed');
    await second.save();
    // What is on disk of the source before it goes.
    const documents = readdirSync(folder).filter((name) => name.includes('-document-'));
    expect(new Set(documents.map((name) => /-document-\d+-/u.exec(name)?.[0])).size).toBe(1);
    expect(writtenText(activeOf((await openPage(folder)).store))).toBe(again);
  });

  it('is whole when the app ended while what was saved was being kept', async () => {
    const folder = newFolder();
    const first = await openPage(folder, () => ({ stdout: 'run here' }));
    const text = openNotebook(first.store, [notebookCell('a'), notebookCell('b')]);
    await first.save();
    const session = activeOf(first.store);
    const parts = new WorkStore(folder);
    const api = workApi(parts);
    // The source comes before the session that names it.
    const ending: WorkApi = {
      ...api,
      save: (changes, removed) =>
        changes.some(({ name }) => name === session.name)
          ? Promise.resolve({ ok: false, error: { code: 'failed', message: 'ended' } })
          : api.save(changes, removed),
    };
    const keeper = new WorkSaver(ending, () => first.store.work);
    keeper.noteSource(session);
    const [a, b] = session.cells;
    if (a === undefined || b === undefined) throw new Error('no cells');
    await first.store.run(session, b);
    first.store.removeCell(session, a);
    save(first);
    await keeper.saveNow();
    await parts.flushed();
    const documents = (): number => readdirSync(folder).filter((name) => name.includes('-document-')).length;
    expect(documents()).toBe(2);
    const { store } = await openPage(folder);
    expect(writtenText(activeOf(store))).toBe(text);
    expect(documents()).toBe(1);
  });

  it('gives removed cells back as they were, after it was saved without them', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    const text = openNotebook(first.store, [notebookCell('a'), notebookCell('b'), notebookCell('c')]);
    const [a] = activeOf(first.store).cells;
    if (a === undefined) throw new Error('no cell');
    first.store.removeCell(activeOf(first.store), a);
    expect(save(first)).not.toContain('of a');
    await first.save();
    const { store } = await openPage(folder);
    expect(writtenText(activeOf(store))).not.toContain('of a');
    store.undo();
    expect(writtenText(activeOf(store))).toBe(text);
  });

  it('with a cell larger than a part is kept, too', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    const text = openNotebook(first.store, [
      notebookCell('a', {
        outputs: [{ output_type: 'unknown', large: '"é\u{1F600}'.repeat(1024 * 1024) }],
      }),
      notebookCell('b'),
    ]);
    await first.save();
    expect(writtenText(activeOf((await openPage(folder)).store)) === text).toBe(true);
  });

  it('larger than a part of the work is kept in several, and they go with it', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    const large = 'x'.repeat(800 * 1024);
    const text = openNotebook(
      first.store,
      ['a', 'b', 'c'].map((name) => notebookCell(name, { metadata: { large } })),
    );
    await first.save();
    expect(readdirSync(folder).filter((name) => name.includes('-document-'))).toHaveLength(3);
    const second = await openPage(folder);
    const session = activeOf(second.store);
    expect(writtenText(session)).toBe(text);
    second.store.closeSession(session);
    second.store.removals.take();
    await second.save();
    expect(readdirSync(folder).filter((name) => name.includes('-document-'))).toEqual([]);
  });

  it('of which a part is damaged is a session without a file: its code is there, its file is left alone', async () => {
    const folder = newFolder();
    const first = await openPage(folder);
    openNotebook(first.store, [notebookCell('a'), markdown]);
    await first.save();
    const [part = ''] = readdirSync(folder).filter((name) => name.includes('-document-1'));
    truncateSync(path.join(folder, part), 100);
    const { store } = await openPage(folder);
    expect(activeOf(store).document).toBeNull();
    expect(activeOf(store).cells.map(({ source }) => source)).toEqual(['a', 'text']);
  });
});
