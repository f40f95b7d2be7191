import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type Page } from 'playwright-core';
import { logToStderr } from '../../scripts/shared/log.ts';
import { projectRoot } from '../../scripts/shared/project.ts';
import { sandboxSwitches } from '../../src/main/cli/host/electron-command.ts';
import { openVirtualDisplay } from '../../tests/support/virtual-display.ts';
import { summarize, type Group, type Row } from '../measure.ts';

const MEASURED_MS = 10_000;
/** Until the caret rests, and more, in ms. */
const SETTLES_MS = 15_000;
/** A run sets off the start of a spare process, which takes long on a busy machine: for so long it is waited for, in ms. */
const SETTLES_AT_MOST_MS = 90_000;
const LOOK_MS = 2000;
/** More than that is work that comes to an end, in %. */
const AT_WORK = 10;
/** Processes that work because something is drawn. */
const DRAWING: ReadonlySet<string> = new Set(['renderer', 'gpu-process']);
/** Of the kernel's accounting, in ms. */
const TICK_MS = 10;

const SETTINGS = { version: 1, plugins: { python: { enabled: true, runtime: 'embedded' } } };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface ProcessWork {
  readonly pid: number;
  readonly parent: number;
  /** Chromium's word for what it is; `main` for the one that was started. */
  readonly kind: string;
  /** At work until now, in ms. */
  readonly ms: number;
}

const kindOf = (commandLine: string): string => /--type=([\w-]+)/u.exec(commandLine)?.[1] ?? 'main';

const workOf = (pid: string): ProcessWork[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, which may hold blanks, ends with the last bracket; the state follows, then the parent.
    const fields = text
      .slice(text.lastIndexOf(')') + 4)
      .split(' ')
      .map(Number);
    return [
      {
        pid: Number(pid),
        parent: fields[0] ?? 0,
        kind: kindOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
        ms: ((fields[10] ?? 0) + (fields[11] ?? 0)) * TICK_MS,
      },
    ];
  } catch {
    // It has ended.
    return [];
  }
};

/** What a process and all that it has started have worked until now, by process. */
const workUnder = (root: number): ReadonlyMap<number, ProcessWork> => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap(workOf);
  const found = new Map<number, ProcessWork>();
  const add = (one: ProcessWork): void => {
    found.set(one.pid, one);
    for (const child of all.filter(({ parent }) => parent === one.pid)) add(child);
  };
  for (const one of all.filter(({ pid }) => pid === root)) add(one);
  return found;
};

/** The share of a core that the processes of the app take, in %, by their kind. */
const sharesOfCore = async (root: number, forMs = MEASURED_MS): Promise<ReadonlyMap<string, number>> => {
  const [before, from] = [workUnder(root), performance.now()];
  await pause(forMs);
  const after = workUnder(root);
  const passedMs = performance.now() - from;
  const shares = new Map<string, number>();
  for (const { kind, ms, pid } of after.values())
    shares.set(kind, (shares.get(kind) ?? 0) + (100 * (ms - (before.get(pid)?.ms ?? 0))) / passedMs);
  return shares;
};

const sumOf = (shares: ReadonlyMap<string, number>): number =>
  [...shares.values()].reduce((sum, share) => sum + share, 0);

const settled = async (root: number): Promise<void> => {
  const from = performance.now();
  await pause(SETTLES_MS);
  while (performance.now() - from < SETTLES_AT_MOST_MS)
    if (sumOf(await sharesOfCore(root, LOOK_MS)) < AT_WORK) return;
};

const run = async (page: Page, code: string): Promise<void> => {
  await page.locator('.cm-content').last().click();
  await page.keyboard.insertText(code);
  await page.keyboard.press('Control+Enter');
};

/** What the window takes of a core while nothing, or little, happens in it. Linux only, as processes tell it there. */
export async function window(electron: string): Promise<Group> {
  const title = `Idle: all processes of the app over ${MEASURED_MS / 1000} s, share of one core`;
  if (process.platform !== 'linux') return { title, rows: [] };
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-bench-'));
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(SETTINGS));
  const display = await openVirtualDisplay();
  const app = await _electron.launch({
    executablePath: electron,
    args: [...sandboxSwitches(), projectRoot],
    colorScheme: null,
    env: { ...process.env, DISPLAY: display.name, VIVARIUM_DATA_DIR: folder },
  });
  const rows: Row[] = [];
  try {
    const page = await app.firstWindow();
    const root = app.process().pid ?? Number.NaN;
    const goTo = (place: string): Promise<void> =>
      page.getByRole('navigation').getByRole('button', { name: place }).click();
    const take = async (
      name: string,
      targets: { readonly total?: string; readonly drawing?: string },
      prepare: () => Promise<void>,
    ): Promise<void> => {
      await prepare();
      await settled(root);
      const shares = await sharesOfCore(root);
      const add = (what: string, share: number, target: string | undefined): void => {
        const measured = summarize([share]);
        rows.push({ name: what, unit: '%', measured, ...(target === undefined ? {} : { target }) });
      };
      add(name, sumOf(shares), targets.total);
      if (targets.drawing !== undefined) {
        const drawing = new Map([...shares].filter(([kind]) => DRAWING.has(kind)));
        add(`${name}: the page and its drawing alone`, sumOf(drawing), targets.drawing);
      }
      // Which of them it is, for whoever looks for the cause.
      const parts = [...shares].filter(([, share]) => share > 0);
      logToStderr(`${name}: ${parts.map(([kind, share]) => `${kind} ${share.toFixed(1)} %`).join(', ')}`);
    };
    const idle = { total: '0' };
    await take('nothing has run, the caret in the code', idle, () =>
      page.locator('.cm-content').last().click(),
    );
    await take('after a run, the caret in the code', idle, () => run(page, '1 + 1'));
    await take('another place of the window', idle, () => goTo('Packages'));
    await take('the chart of memory', idle, () => goTo('Activity'));
    await goTo('Console');
    // Main and the sidecar watch the memory of a run; the animation of a running cell is the page's.
    const busy = { drawing: '≤ 2 %' };
    await take('a cell that sleeps', busy, () => run(page, 'import time\ntime.sleep(1000)'));
    await page.getByRole('button', { name: 'Stop' }).first().click();
    await take('a cell that waits for input', busy, () => run(page, 'input()'));
    // The window asks before it is closed during a run.
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  } finally {
    await app.close();
    await display.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return { title, rows };
}
