/** The app as a whole: it outlives its sidecar, follows its settings, and leaves nothing behind. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { installedElectron, sandboxSwitches } from '../../../src/main/cli/host/electron-command.ts';
import type { SandboxStatus } from '../../../src/shared/ipc/sandbox.ts';
import { eventually } from '../../support/eventually.ts';
import { needProcesses, processesMarked, untilGone, untilNone } from '../../support/processes.ts';
import { enablePython, openVivariumWindow, type VivariumWindow } from '../../support/vivarium-window.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-life-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const open = async (dataFolder = newFolder()): Promise<VivariumWindow> => {
  const window = await openVivariumWindow({ dataFolder });
  onTestFinished(() => window.close());
  await enablePython(window.page);
  return window;
};

const statusOf = async ({ page }: VivariumWindow): Promise<SandboxStatus> => {
  const answer = await page.evaluate(() => globalThis.api.sandbox.status());
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
};

/** A run that has begun and does not end, and the pid it runs in. */
const beginLoop = async (window: VivariumWindow): Promise<number> => {
  await window.page.evaluate(async () => {
    const { onRun, run } = globalThis.api.sandbox;
    const began = new Promise<void>((resolve) => {
      const stop = onRun(() => {
        stop();
        resolve();
      });
    });
    const ended = run({ code: 'print("on")\nwhile True: pass', session: 'loop' }, { runId: 'loop' });
    Object.assign(globalThis, { ended });
    await began;
  });
  const { pid } = await statusOf(window);
  if (pid === null) throw new Error('there is no sidecar');
  return pid;
};

const endOfLoop = ({ page }: VivariumWindow): Promise<unknown> =>
  page.evaluate(() => (globalThis as unknown as { ended: Promise<unknown> }).ended);

/** For tests that need nothing but a page that is there. */
let sharedFolder: string;
let sharedWindow: VivariumWindow | undefined;
beforeAll(async () => {
  sharedFolder = mkdtempSync(path.join(tmpdir(), 'vivarium-life-'));
  sharedWindow = await openVivariumWindow({ dataFolder: sharedFolder });
  await enablePython(sharedWindow.page);
});
afterAll(async () => {
  await sharedWindow?.close();
  rmSync(sharedFolder, { recursive: true, force: true });
});
const shared = (): VivariumWindow => {
  if (sharedWindow === undefined) throw new Error('the window is not open');
  return sharedWindow;
};

it('a sidecar killed during a run: the run says so, the next one works, activity shows it', async () => {
  const window = await open();
  const pid = await beginLoop(window);
  process.kill(pid, 'SIGKILL');
  expect(await endOfLoop(window)).toMatchObject({
    ok: true,
    value: { status: 'crashed', session: { state: 'lost' }, error: { type: 'Crashed' } },
  });
  const next = await window.page.evaluate(() =>
    globalThis.api.sandbox.run({ code: '6 * 7', session: 'loop' }, { runId: 'next' }),
  );
  expect(next).toMatchObject({ value: { status: 'ok', value: { json: 42 } } });
  const history = await window.page.evaluate(() => globalThis.api.sandbox.history());
  expect(history.ok ? history.value : []).toContainEqual(
    expect.objectContaining({
      type: 'process-ended',
      pid,
      cause: 'exited',
      detail: expect.stringMatching(/SIGKILL/u) as string,
    }),
  );
});

describe('settings hold at once', () => {
  const run = (window: VivariumWindow, code: string, session?: string): Promise<unknown> =>
    window.page.evaluate(
      ([text, name]) =>
        globalThis.api.sandbox.run(
          { code: text, ...(name === undefined ? {} : { session: name }) },
          { runId: crypto.randomUUID() },
        ),
      [code, session] as const,
    );
  const set = (window: VivariumWindow, name: string, value: unknown): Promise<unknown> =>
    window.page.evaluate(([key, one]) => globalThis.api.config.set(key as 'general.theme', one as 'dark'), [
      name,
      value,
    ] as const);

  it('the time limit, the output limit, the memory limit, the idle time', async () => {
    const window = await open();
    await set(window, 'sandbox.standby', false);
    await set(window, 'sandbox.timeoutSeconds', 0.5);
    expect(await run(window, 'while True: pass')).toMatchObject({ value: { status: 'timeout' } });
    await set(window, 'sandbox.timeoutSeconds', 60);
    await set(window, 'sandbox.outputKiB', 1);
    expect(await run(window, 'print("x" * 5000)')).toMatchObject({
      value: { status: 'ok', truncated: true },
    });

    const before = await statusOf(window);
    await set(window, 'sandbox.memoryMiB', 128);
    await eventually(async () => expect((await statusOf(window)).state.name).toBe('stopped'));
    expect(await run(window, 'bytearray(300 * 2**20)')).toMatchObject({ value: { status: 'out-of-memory' } });
    expect((await statusOf(window)).pid).not.toBe(before.pid);

    await run(window, 'x = 1', 'kept');
    await set(window, 'sandbox.memoryMiB', 512);
    expect((await statusOf(window)).restartNeeded).toBe(true);
    expect(await run(window, 'x', 'kept')).toMatchObject({ value: { session: { state: 'kept' } } });
    await window.page.evaluate(() => globalThis.api.sandbox.restart());
    expect((await statusOf(window)).restartNeeded).toBe(false);
    expect(await run(window, 'len(bytearray(300 * 2**20))')).toMatchObject({ value: { status: 'ok' } });

    await set(window, 'sandbox.idleMinutes', 0.1);
    await eventually(async () => expect((await statusOf(window)).state.name).toBe('stopped'));
    const history = await window.page.evaluate(() => globalThis.api.sandbox.history());
    expect(history.ok ? history.value.at(-1) : null).toBeDefined();
    expect(history.ok ? history.value : []).toContainEqual(
      expect.objectContaining({ type: 'process-ended', cause: 'idle' }),
    );
  });

  it('the theme and the language of the menu', async () => {
    const window = shared();
    const seen = () =>
      window.app.evaluate(({ Menu, nativeTheme }) => ({
        theme: nativeTheme.themeSource,
        menu: Menu.getApplicationMenu()?.items[0]?.label,
      }));
    expect(await seen()).toEqual({ theme: 'system', menu: 'File' });
    await set(window, 'general.theme', 'dark');
    await set(window, 'general.language', 'de');
    expect(await seen()).toEqual({ theme: 'dark', menu: 'Datei' });
    expect(await window.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
  });

  it('the mirror, and what may be installed from it', async () => {
    const window = shared();
    await set(window, 'sandbox.packages.mirror', '/nowhere/at/all');
    expect(await window.page.evaluate(() => globalThis.api.packages.sources())).toEqual({
      ok: true,
      value: [
        { kind: 'mirror', place: '/nowhere/at/all' },
        { kind: 'official' },
        { kind: 'index', inUse: { kind: 'switched-off', place: 'PIP_NO_INDEX' } },
      ],
    });
  });
});

it('a damaged settings file is moved aside, and the page is told', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'settings.json'), '{ "plugins": ');
  const window = await openVivariumWindow({ dataFolder: folder });
  onTestFinished(() => window.close());
  const now = await window.page.evaluate(() => globalThis.api.config.get());
  expect(now).toMatchObject({
    value: {
      config: { plugins: { python: { enabled: false } } },
      notices: [{ code: 'damaged', movedTo: path.join(folder, 'settings.damaged-1.json') }],
    },
  });
});

it('a page that is loaded again has its runs cancelled', async () => {
  const window = await open();
  await beginLoop(window);
  expect((await statusOf(window)).runs).toHaveLength(1);
  await window.page.reload();
  await eventually(async () => expect((await statusOf(window)).runs).toEqual([]));
});

it("a page whose process dies is loaded again; the sandbox's process goes on", async () => {
  const window = await open();
  const run = (code: string): Promise<unknown> =>
    window.page.evaluate(
      (text) => globalThis.api.sandbox.run({ code: text, session: 'kept' }, { runId: 'a' }),
      code,
    );
  await run('x = 1');
  // Playwright gives up a page that crashed: from here on it is asked through main.
  const answer = await window.app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) throw new Error('there is no window');
    const loaded = new Promise<void>((resolve) => void contents.once('did-finish-load', () => resolve()));
    contents.forcefullyCrashRenderer();
    await loaded;
    return (await contents.executeJavaScript(
      "api.sandbox.run({ code: 'x', session: 'kept' }, { runId: 'a' })",
    )) as unknown;
  });
  expect(answer).toMatchObject({ ok: true, value: { value: { json: 1 }, session: { state: 'kept' } } });
});

it('menu commands are sent to the page', async () => {
  const window = shared();
  // Listening before it is clicked: the answer is fetched afterwards.
  await window.page.evaluate(() => {
    const heard = new Promise((resolve) => void globalThis.api.app.onCommand(resolve));
    Object.assign(globalThis, { heard });
  });
  await window.app.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('show-settings')?.click();
  });
  const heard = window.page.evaluate(() => (globalThis as unknown as { heard: Promise<string> }).heard);
  expect(await heard).toBe('show-settings');
});

it('notifies of the end of a run only while the window is not in front', async () => {
  const window = await open();
  await window.app.evaluate(({ Notification }) => {
    const shown: string[] = [];
    Notification.isSupported = () => true;
    Notification.prototype.show = function show() {
      shown.push(this.body);
    };
    Object.assign(globalThis, { shown });
  });
  const run = (code: string): Promise<unknown> =>
    window.page.evaluate(
      (text) => globalThis.api.sandbox.run({ code: text, session: 's' }, { runId: 'a' }),
      code,
    );
  const shown = () => window.app.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
  await run('1');
  expect(await shown()).toEqual([]);
  await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await run('1');
  await run('1/0');
  expect(await shown()).toEqual(['Python code has run', 'Python code ended with an error']);
});

describe('the end', () => {
  it('leaves no process, also when the window is closed during a run', async (context) => {
    needProcesses(context);
    const folder = newFolder();
    const window = await open(folder);
    await beginLoop(window);
    const before = processesMarked(folder).map(({ pid }) => pid);
    expect(before).toContain(window.pid);
    expect(before.length).toBeGreaterThan(3);
    const pids = [...before, (await statusOf(window)).pid ?? 0, (await statusOf(window)).standby.pid ?? 0];
    await window.app.evaluate(({ BrowserWindow, dialog }) => {
      // Only the system's own dialog is not really asked.
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
      BrowserWindow.getAllWindows()[0]?.close();
    });
    await untilNone(() => processesMarked(folder));
    for (const pid of pids) if (pid > 0) await untilGone(pid);
  });

  it('comes in order with a SIGTERM, too', async (context) => {
    needProcesses(context);
    const folder = newFolder();
    const window = await open(folder);
    const pid = await beginLoop(window);
    process.kill(window.pid, 'SIGTERM');
    await untilNone(() => processesMarked(folder));
    await untilGone(pid);
  });

  it('stores the bounds of the window', async () => {
    const folder = newFolder();
    const first = await openVivariumWindow({ dataFolder: folder });
    await first.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 900, height: 600 });
    });
    await first.close();
    const stored: unknown = JSON.parse(readFileSync(path.join(folder, 'window.json'), 'utf8'));
    expect(stored).toMatchObject({ bounds: { width: 900, height: 600 }, maximized: false });
    const second = await openVivariumWindow({ dataFolder: folder });
    onTestFinished(() => second.close());
    expect(
      await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize()),
    ).toEqual([900, 600]);
  });

  it('is at once for a second instance, which brings the first one’s window to the front', async () => {
    const folder = newFolder();
    const window = await open(folder);
    await window.app.evaluate(({ app }) => {
      const told = new Promise((resolve) => void app.once('second-instance', () => resolve('told')));
      Object.assign(globalThis, { told });
    });
    const second = spawn(await installedElectron(), [...sandboxSwitches(), root], {
      env: { ...process.env, DISPLAY: window.display, VIVARIUM_DATA_DIR: folder },
      stdio: 'ignore',
    });
    const code = await new Promise((resolve) => second.once('exit', resolve));
    const told = window.app.evaluate(() => (globalThis as unknown as { told: Promise<string> }).told);
    expect([code, await told]).toEqual([0, 'told']);
    expect((await statusOf(window)).state.name).toBe('stopped');
  });
});

it('starts where its data folder can’t be written to, and says that nothing is stored', async () => {
  const folder = newFolder();
  mkdirSync(path.join(folder, 'settings.json'));
  const window = await openVivariumWindow({ dataFolder: folder });
  onTestFinished(() => window.close());
  const saved = await window.page.evaluate(() => globalThis.api.config.set('plugins.python.enabled', true));
  expect(saved).toMatchObject({
    value: { saved: false, notices: [{ code: 'unreadable', detail: 'it is a folder' }] },
  });
});
