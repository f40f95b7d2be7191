/** Outputs made to exhaust the page: each ends its own frame, and affects neither the page nor its earlier contents. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { untilGone } from '../support/processes.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;
let isClosed = false;

beforeAll(async () => {
  app = await openApp(ENABLED);
  await ended(await runCode(app.page, 'first = "kept"\nfirst'));
});

afterAll(async () => {
  if (!isClosed) await app.close();
});

/** Python that shows the value of `text`. */
const show = (kind: 'html' | 'svg', ...lines: readonly string[]): string =>
  [
    ...lines,
    'class Shown:',
    `    def _repr_${kind}_(self): return text`,
    ...["    def __repr__(self): return 'Shown'"],
    'display(Shown())',
  ].join('\n');

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">`;

const PNG = [
  'import base64, struct, zlib',
  'def png(side):',
  '    packer, row = zlib.compressobj(9), bytes(1 + (side + 7) // 8)',
  "    packed = b''.join(packer.compress(row) for _ in range(side)) + packer.flush()",
  "    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))",
  "    head = chunk(b'IHDR', struct.pack('>IIBBBBB', side, side, 1, 0, 0, 0, 0))",
  "    return b'\\x89PNG\\r\\n\\x1a\\n' + head + chunk(b'IDAT', packed) + chunk(b'IEND', b'')",
];

/** A person's view of the page while a bomb goes off: what was typed is there soon. */
const expectResponsive = async (): Promise<void> => {
  const { page } = app;
  const editor = page.locator('.cell').last().locator('.cm-content');
  await editor.click({ timeout: 5000 });
  await page.keyboard.insertText('# typed');
  await editor.getByText('# typed').waitFor({ timeout: 5000 });
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
};

const cellsBefore = (): Promise<string[]> => app.page.locator('.cell .value').allInnerTexts();

const guests = async (): Promise<{ url: string; pid: number }[]> => {
  const found = await app.app.evaluate(({ BrowserWindow }) => {
    const page = BrowserWindow.getAllWindows()[0]?.webContents.mainFrame;
    return (page?.frames ?? []).map((frame) => ({ url: frame.url, pid: frame.osProcessId }));
  });
  for (const { pid } of found) if (pid > 0) everShown.add(pid);
  return found;
};
/** Processes of all guests' documents that were seen. */
const everShown = new Set<number>();
const pagePid = (): Promise<number | undefined> =>
  app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());

const explode = async (code: string): Promise<Locator> => {
  const before = { values: await cellsBefore(), pid: await pagePid() };
  const cell = await runCode(app.page, code);
  await cell.getByRole('button', { name: 'Run' }).waitFor({ timeout: START_MS });
  await guests();
  await expectResponsive();
  await cell.locator('.ended').waitFor({ timeout: 2 * START_MS });
  await expectResponsive();
  expect(await cell.locator('iframe').count()).toBe(0);
  expect(await cellsBefore()).toEqual(before.values);
  expect(await pagePid()).toBe(before.pid);
  return cell;
};

const MEMORY = 'This output used too much memory';
const EITHER = /used too much memory|stopped responding/u;

describe('costs its own frame only:', () => {
  it('a drawing of 10^9 elements by reference, again when it is loaded again', async () => {
    const cell = await explode(
      show(
        'svg',
        `parts = ['''${SVG}<defs><rect id="a0" width="1" height="1"/>''']`,
        'for i in range(1, 10):',
        `    parts.append(f'<g id="a{i}">' + f'<use href="#a{i-1}"/>' * 10 + '</g>')`,
        `text = ''.join(parts) + '</defs><use href="#a9"/></svg>'`,
      ),
    );
    expect(await cell.locator('.ended').innerText()).toContain(MEMORY);
    await cell.getByRole('button', { name: 'Reload' }).click();
    await cell.locator('.ended').waitFor({ state: 'detached' });
    await cell.locator('.ended').waitFor({ timeout: START_MS });
  });

  it.each<[name: string, code: string]>([
    [
      'the same inside of HTML',
      show(
        'html',
        `parts = ['''${SVG}<defs><rect id="a0" width="1" height="1"/>''']`,
        'for i in range(1, 10):',
        `    parts.append(f'<g id="a{i}">' + f'<use href="#a{i-1}"/>' * 10 + '</g>')`,
        `text = '<p>hello</p>' + ''.join(parts) + '</defs><use href="#a9"/></svg>'`,
      ),
    ],
    [
      'masks in masks',
      show(
        'svg',
        `parts = ['''${SVG}<defs><mask id="m0"><rect width="400" height="300" fill="white"/></mask>''']`,
        'for i in range(1, 25):',
        `    parts.append(f'<mask id="m{i}">' + f'<rect width="400" height="300" fill="white" mask="url(#m{i-1})"/>' * 2 + '</mask>')`,
        `text = ''.join(parts) + '</defs><rect width="400" height="300" mask="url(#m24)"/></svg>'`,
      ),
    ],
    [
      'filters that double their work at each step',
      show(
        'svg',
        `steps = ''.join(f'<feBlend in="r{i}" in2="r{i}" result="r{i+1}"/>' for i in range(40))`,
        `text = '''${SVG}<filter id="f"><feTurbulence numOctaves="20" baseFrequency="0.9" result="r0"/>''' + steps + '</filter>' + '<rect width="2000" height="2000" filter="url(#f)"/>' * 50 + '</svg>'`,
      ),
    ],
    [
      'images that are small only on the wire',
      show(
        'html',
        ...PNG,
        `data = base64.b64encode(png(22000)).decode()`,
        `text = ''.join(f'<img width="200" src="data:image/png;base64,{data}#{i}">' for i in range(5))`,
      ),
    ],
    [
      'a background that is one',
      show(
        'html',
        ...PNG,
        `data = base64.b64encode(png(22000)).decode()`,
        `text = '<div style="height: 300px; background: url(data:image/png;base64,' + data + ') 0 0 / 100% 100%"></div>' * 3`,
      ),
    ],
    [
      'an animation without rest',
      show(
        'html',
        `text = '<style>@keyframes a { to { filter: blur(90px) hue-rotate(90deg); width: 200% } } b { display: block; animation: a 1s infinite; background: linear-gradient(red, blue); box-shadow: 0 0 90px red }</style>' + '<b>x</b>' * 4000`,
      ),
    ],
  ])('%s', async (_name, code) => {
    const cell = await explode(code);
    expect(await cell.locator('.ended').innerText()).toMatch(EITHER);
  });
});

it('several documents that use too much do not affect others', async () => {
  const bomb = [
    'text = "<p>" + "x" * 10',
    `parts = ['''${SVG}<defs><rect id="a0" width="1" height="1"/>''']`,
    'for i in range(1, 10):',
    `    parts.append(f'<g id="a{i}">' + f'<use href="#a{i-1}"/>' * 10 + '</g>')`,
    `text = ''.join(parts) + '</defs><use href="#a9"/></svg>'`,
    'class Bomb:',
    '    def _repr_svg_(self): return text',
    'class Calm:',
    "    def _repr_html_(self): return '<b>calm</b>'",
    'display(Bomb()); display(Calm()); display(Bomb())',
  ].join('\n');
  const cell = await ended(await runCode(app.page, bomb));
  await cell
    .locator('.ended')
    .nth(1)
    .waitFor({ timeout: 2 * START_MS });
  await expectResponsive();
  await cell.locator('iframe').contentFrame().getByText('calm').waitFor();
  const [calm] = await guests();
  expect(calm?.pid).toBeGreaterThan(0);
});

it('a document with too many elements is shown as text, and can be saved', async () => {
  const cell = await ended(await runCode(app.page, show('html', "text = '<i>x</i>' * 60_000")));
  await cell.getByText('This output is too large to be shown').waitFor();
  expect(await cell.locator('iframe').count()).toBe(0);
  expect(await cell.locator('.unshown .line').allInnerTexts()).toEqual(['Shown']);
  await cell.getByRole('button', { name: 'Save output' }).waitFor();
});

it('an image that would be too large to decode is replaced by its size', async () => {
  const cell = await ended(
    await runCode(
      app.page,
      [
        ...PNG,
        'data = base64.b64encode(png(23000)).decode()',
        'class Image:',
        '    def _repr_png_(self): return data',
        'display(Image())',
      ].join('\n'),
    ),
  );
  await cell.getByText('too large to be shown (23,000 × 23,000 pixels)').waitFor();
  expect(await cell.locator('img').count()).toBe(0);
});

it('an SVG file is previewed in a frame as well', async () => {
  const { page } = app;
  const cell = await ended(
    await runCode(
      page,
      `open('drawing.svg', 'w').write('''${SVG}<rect width="400" height="300"/></svg>''')\nopen('fake.png', 'w').write('<svg/>')`,
    ),
  );
  expect(await cell.getByRole('alert').count()).toBe(0);
  await page.getByRole('button', { name: 'Files', exact: true }).click();
  await page
    .locator('.drawer')
    .getByRole('button', { name: /^drawing\.svg/u })
    .click();
  const dialog = page.getByRole('dialog', { name: 'drawing.svg' });
  await dialog.locator('iframe').waitFor();
  expect(await dialog.locator('iframe').getAttribute('src')).toMatch(/^vivarium-output:/u);
  expect(await dialog.locator('img').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page
    .locator('.drawer')
    .getByRole('button', { name: /^fake\.png/u })
    .click();
  await page.getByRole('dialog', { name: 'fake.png' }).getByText('This image can’t be read').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Files', exact: true }).click();
});

it('a drawing is copied as a picture that its own process has made, also before it has loaded', async () => {
  const { page } = app;
  const copied = (): Promise<object> =>
    app.app.evaluate(({ clipboard }) =>
      (clipboard as unknown as { readImage(): { getSize(): object } }).readImage().getSize(),
    );
  const empty = async (): Promise<void> => {
    await app.app.evaluate(({ clipboard }) => clipboard.clear());
    expect(await copied()).toEqual({ width: 0, height: 0 });
  };
  await empty();
  // The moment there is a frame, long before its document comes.
  await page.evaluate(() => {
    const before = document.querySelectorAll('figure').length;
    const onChange = (_changes: unknown, observer: MutationObserver): void => {
      const figures = [...document.querySelectorAll('figure')].slice(before);
      const copy = figures
        .find((figure) => figure.querySelector('iframe') !== null)
        ?.querySelector<HTMLElement>('[aria-label="Copy image"]');
      if (copy === null || copy === undefined) return;
      observer.disconnect();
      copy.click();
    };
    new MutationObserver(onChange).observe(document.body, { childList: true, subtree: true });
  });
  const cell = await ended(
    await runCode(page, show('svg', `text = '''${SVG}<rect width="400" height="300" fill="teal"/></svg>'''`)),
  );
  await eventually(async () => expect(await copied()).toEqual({ width: 800, height: 600 }));
  const box = await cell.locator('iframe').boundingBox();
  expect([Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)]).toEqual([400, 300]);
  await empty();
  await cell.getByRole('button', { name: 'Copy image' }).click();
  await eventually(async () => expect(await copied()).toEqual({ width: 800, height: 600 }));
  expect(await page.getByText('The image could not be copied').count()).toBe(0);
  await cell.locator('.cover').click();
  await page.getByRole('dialog').locator('iframe').waitFor();
  await page.keyboard.press('Escape');
});

it('there are no more frames than places, and those in sight have them', async () => {
  const cell = await ended(
    await runCode(
      app.page,
      [
        'class Small:',
        '    def __init__(self, number): self.number = number',
        '    def _repr_html_(self): return f\'<p style="height:200px">number {self.number}</p>\'',
        'for number in range(30): display(Small(number))',
      ].join('\n'),
    ),
  );
  const last = cell.locator('.guest').nth(29);
  await last.scrollIntoViewIfNeeded();
  await last.locator('iframe').contentFrame().getByText('number 29').waitFor();
  expect((await guests()).length).toBeLessThanOrEqual(12);
  const first = cell.locator('.guest').first();
  await first.scrollIntoViewIfNeeded();
  await first.locator('iframe').contentFrame().getByText('number 0').waitFor();
  for (let index = 0; index < 30; index += 1) {
    await cell.locator('.guest').nth(index).scrollIntoViewIfNeeded();
    expect(await app.page.locator('iframe').count()).toBeLessThanOrEqual(12);
  }
});

it('a frame that is taken away while it is busy leaves no process behind', async () => {
  const cell = await runCode(
    app.page,
    show(
      'svg',
      `steps = ''.join(f'<feBlend in="r{i}" in2="r{i}" result="r{i+1}"/>' for i in range(40))`,
      `text = '''${SVG}<filter id="f"><feTurbulence numOctaves="20" baseFrequency="0.9" result="r0"/>''' + steps + '</filter>' + '<rect width="2000" height="2000" filter="url(#f)"/>' * 50 + '</svg>'`,
    ),
  );
  await ended(cell);
  const url = await cell.locator('iframe').getAttribute('src');
  await expect.poll(async () => (await guests()).find((one) => one.url === url)?.pid ?? 0).toBeGreaterThan(0);
  const pid = (await guests()).find((one) => one.url === url)?.pid;
  await cell.getByRole('button', { name: 'Remove cell' }).click();
  if (pid !== undefined) await untilGone(pid);
});

it('no process of a frame is left, also of those that were stopped by a signal', async () => {
  await guests();
  await app.close();
  isClosed = true;
  expect(everShown.size).toBeGreaterThan(12);
  for (const pid of everShown) await untilGone(pid);
});
