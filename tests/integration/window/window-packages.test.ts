/** Packages through the window, from a folder on this computer: no network. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { testWheels } from '../../support/test-wheels.ts';
import { enablePython, openVivariumWindow, type VivariumWindow } from '../../support/vivarium-window.ts';

let opened: VivariumWindow | undefined;
let window: VivariumWindow;

beforeEach(async (context) => {
  if (opened === undefined) {
    const mirror = await testWheels(context);
    opened = await openVivariumWindow();
    await enablePython(opened.page);
    await opened.page.evaluate(
      (folder) => globalThis.api.config.set('sandbox.packages.mirror', folder),
      mirror,
    );
  }
  window = opened;
});

afterAll(async () => {
  await opened?.close();
});

const installed = async (): Promise<string[]> => {
  const answer = await window.page.evaluate(() => globalThis.api.packages.list());
  return answer.ok ? answer.value.packages.map(({ name }) => name) : [];
};

/** Stands for a person: no display here has one. */
const choose = (file: string): Promise<void> =>
  window.app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen });
  }, file);

it('lists packages that can be installed, and that none is', async () => {
  const available = await window.page.evaluate(() => globalThis.api.packages.available());
  expect(available.ok ? available.value : []).toContainEqual(
    expect.objectContaining({ name: 'numpy', installed: false }),
  );
  expect(await installed()).toEqual([]);
});

it('installs a package with its dependencies and reports progress; code uses it', async () => {
  const { answer, progress } = await window.page.evaluate(async () => {
    const told: { taskId: string; type: string; bytesDone?: number; bytesTotal?: number | null }[] = [];
    const stop = globalThis.api.packages.onProgress((one) => told.push(one));
    const value = await globalThis.api.packages.install(['python-dateutil'], { taskId: 'install' });
    stop();
    return { answer: value, progress: told };
  });
  const names = answer.ok ? answer.value.map(({ name }) => name) : answer.error;
  expect(names).toEqual(['six', 'python-dateutil']);
  expect(progress.every(({ taskId, type }) => taskId === 'install' && type === 'fetching')).toBe(true);
  const last = progress.at(-1);
  expect(last?.bytesDone).toBe(last?.bytesTotal);
  expect(last?.bytesDone).toBeGreaterThan(100_000);
  const run = await window.page.evaluate(() =>
    globalThis.api.sandbox.run(
      { code: 'from dateutil import parser\nparser.parse("2 May 1999").year' },
      { runId: 'dateutil' },
    ),
  );
  expect(run).toMatchObject({ value: { status: 'ok', value: { json: 1999 } } });
});

it('shows progress in the task bar, and removes it at the end', async () => {
  await window.app.evaluate(({ BrowserWindow }) => {
    const bar: number[] = [];
    const [shown] = BrowserWindow.getAllWindows();
    if (shown !== undefined) shown.setProgressBar = (value) => void bar.push(value);
    Object.assign(globalThis, { bar });
  });
  await window.page.evaluate(() => globalThis.api.packages.install(['packaging'], { taskId: 'bar' }));
  const bar = await window.app.evaluate(() => (globalThis as unknown as { bar: number[] }).bar);
  expect(bar.slice(0, -1).every((value) => value >= 0 && value <= 2)).toBe(true);
  expect([bar.length > 1, bar.at(-1)]).toEqual([true, -1]);
});

it('fetches for a run what it imports, and says so before the code begins', async () => {
  const { events, run } = await window.page.evaluate(async () => {
    const told: unknown[] = [];
    const stop = globalThis.api.sandbox.onRun((event) => told.push(event.type));
    const answer = await globalThis.api.sandbox.run(
      { code: 'import pytz\nprint("began")\npytz.utc.zone' },
      { runId: 'pytz' },
    );
    stop();
    return { events: told, run: answer };
  });
  expect(run).toMatchObject({ value: { status: 'ok', value: { text: 'UTC' }, packages: ['pytz'] } });
  expect(events[0]).toBe('packages');
  expect(events).toContain('phase');
  expect(events.filter((type) => type !== 'phase').at(-1)).toBe('text');
});

it('refuses invalid requirements with a code and their text', async () => {
  const answers = await window.page.evaluate(async () => {
    const { install, cancel } = globalThis.api.packages;
    return [
      await install(['no such name'], { taskId: 'a' }),
      await install(['-r requirements.txt'], { taskId: 'b' }),
      await cancel('nothing'),
    ];
  });
  expect(answers).toMatchObject([
    { ok: false, error: { code: 'bad-requirement' } },
    { ok: false, error: { code: 'bad-requirement' } },
    { ok: true, value: false },
  ]);
});

it('packs packages, removes them, and installs them from the pack', async () => {
  const file = path.join(window.dataFolder, 'all.vivarium-pack');
  await choose(file);
  const before = await installed();
  const exported = await window.page.evaluate(() =>
    globalThis.api.packages.exportPack(null, { taskId: 'export' }),
  );
  expect(exported).toEqual({ ok: true, value: { file, bytes: statSync(file).size } });
  const removed = await window.page.evaluate(() => globalThis.api.packages.remove(['six']));
  expect(removed).toMatchObject({ ok: true, value: { bytes: expect.any(Number) as number } });
  expect(await installed()).not.toContain('six');
  const verified = await window.page.evaluate(() => globalThis.api.packages.verify({ taskId: 'verify' }));
  expect(verified).toMatchObject({ ok: true, value: { damaged: [], missing: ['six'] } });
  await window.page.evaluate(() => globalThis.api.packages.clear());
  expect(await installed()).toEqual([]);
  const imported = await window.page.evaluate(() => globalThis.api.packages.importPack({ taskId: 'import' }));
  expect(imported.ok).toBe(true);
  expect(await installed()).toEqual(before);
});

describe('the base set', () => {
  // It is imported once, which takes long where the machine is busy.
  it('is downloaded, is then there, and is removed', { timeout: 300_000 }, async () => {
    const outcome = await window.page.evaluate(async () => {
      const { interpreter, packages } = globalThis.api;
      const before = await interpreter.isPyodideCached();
      const types: string[] = [];
      const stop = packages.onProgress((progress) => {
        const names = progress.type === 'preparing' ? progress.packageNames : [];
        types.push([progress.taskId, progress.type, ...names].join(' '));
      });
      const [first, second] = await Promise.all([
        interpreter.downloadPyodide(),
        interpreter.downloadPyodide(),
      ]);
      stop();
      return { before, first, second, types, after: await interpreter.isPyodideCached() };
    });
    expect(outcome).toMatchObject({
      before: false,
      first: { success: true },
      second: { success: false, error: 'the download is under way already' },
      after: true,
    });
    expect([...new Set(outcome.types)]).toEqual([
      'pyodide-download fetching',
      'pyodide-download preparing',
      'pyodide-download preparing numpy pandas matplotlib',
    ]);
    expect(await installed()).toEqual(expect.arrayContaining(['matplotlib', 'numpy', 'pandas']) as unknown);
    const cache = path.join(window.dataFolder, 'pyodide-cache');
    const [version] = readdirSync(cache);
    const snapshots = path.join(cache, version ?? '', 'snapshots');
    const namesIn = (folder: string): string[] =>
      readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
    expect([namesIn(snapshots), namesIn(path.join(snapshots, 'packages'))]).toEqual([
      [expect.any(String)],
      [expect.any(String)],
    ]);
    // Loaded before the code's first line, which only a snapshot can bring about.
    const used = await window.page.evaluate(() =>
      globalThis.api.sandbox.run(
        { code: 'import sys\nbefore = "matplotlib.pyplot" in sys.modules\nimport matplotlib.pyplot\nbefore' },
        { runId: 'first-plot' },
      ),
    );
    expect(used).toMatchObject({ ok: true, value: { status: 'ok', value: { text: 'True' } } });
    const list = await window.page.evaluate(() => globalThis.api.packages.list());
    expect(list.ok ? list.value.totalBytes : 0).toBeGreaterThan(20_000_000);

    const cleared = await window.page.evaluate(async () => {
      const { interpreter } = globalThis.api;
      return [await interpreter.clearPyodideCache(), await interpreter.isPyodideCached()];
    });
    expect(cleared).toEqual([true, false]);
    expect(await installed()).toEqual([]);
  });

  it('can be cancelled, which the result says', async () => {
    const outcome = await window.page.evaluate(async () => {
      const { interpreter, packages } = globalThis.api;
      const began = new Promise<void>((resolve) => {
        const stop = packages.onProgress(() => {
          stop();
          resolve();
        });
      });
      const downloading = interpreter.downloadPyodide();
      await began;
      const cancelled = await packages.cancel('pyodide-download');
      return { cancelled, downloaded: await downloading };
    });
    expect(outcome).toEqual({
      cancelled: { ok: true, value: true },
      downloaded: { success: false, error: expect.stringMatching(/cancelled/u) as string },
    });
  });
});
