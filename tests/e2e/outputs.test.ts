/** Plots, tables, pages of a guest, questions and files, with real packages. */
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { testWheels } from '../support/test-wheels.ts';
import { eventually } from '../support/eventually.ts';
import { ENABLED, ended, openApp, runCode, START_MS, type OpenedApp } from './console-page.ts';

let app: OpenedApp;

beforeAll(async () => {
  app = await openApp(ENABLED);
});

afterAll(async () => {
  await app.close();
});

const useWheels = async (context: TestContext): Promise<void> => {
  const mirror = await testWheels(context);
  await app.page.evaluate((folder) => globalThis.api.config.set('sandbox.packages.mirror', folder), mirror);
};

it('runs the first two examples as they are: a table and a plot', async (context) => {
  await useWheels(context);
  const { page } = app;
  await page.getByRole('button', { name: /^A table of data/u }).click();
  const cell = page.locator('.cell').first();
  await ended(cell);
  const grid = cell.getByRole('grid');
  expect((await grid.getByRole('columnheader').allInnerTexts()).join()).toContain('radius_km');
  // With the head.
  expect(await grid.getByRole('row').count()).toBe(9);
  expect(await cell.locator('figcaption .size').innerText()).toMatch(/^8 rows × /u);
  // The table is the value; it is not there a second time as text.
  expect(await cell.locator('.line').count()).toBe(0);

  await page.getByRole('button', { name: 'New session' }).click();
  await page.getByRole('button', { name: /^A plot/u }).click();
  const plot = page.locator('.cell').first();
  await ended(plot);
  const image = plot.locator('.picture img');
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(300);
  await plot.getByRole('button', { name: 'Copy image' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  await plot.locator('.picture').click();
  await page.getByRole('dialog').locator('img').waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog').count()).toBe(0);
});

it('shows a page of a guest in a frame without scripts, as high as it is', async () => {
  const cell = await ended(
    await runCode(
      app.page,
      "class Page:\n    def _repr_html_(self):\n        return \"<h1 style='height:150px'>Hello</h1><script>document.title='bad'; top.document.title='bad'</script>\"\nPage()",
    ),
  );
  const frame = cell.locator('iframe');
  expect(await frame.getAttribute('sandbox')).toBe('');
  await frame.contentFrame().getByRole('heading', { name: 'Hello' }).waitFor();
  await app.page.waitForFunction((element) => element.clientHeight > 150, await frame.elementHandle());
  expect(await app.page.title()).toBe('Vivarium');
});

it('shows a page that is too wide with a bar below it, and none beside it', async () => {
  const code =
    'class Wide:\n    def _repr_html_(self):\n        return "<p>" + "y" * 3000 + "</p><p>end</p>"\nWide()';
  const cell = await ended(await runCode(app.page, code));
  const content = cell.locator('iframe').contentFrame();
  await content.getByText('end', { exact: true }).waitFor();
  await eventually(async () => {
    const whole = await content.locator('html').evaluate((root) => ({
      hasBarBelow: root.scrollWidth > innerWidth,
      hidden: root.scrollHeight - (visualViewport?.height ?? 0),
      besides: innerWidth - (visualViewport?.width ?? 0),
    }));
    expect(whole).toEqual({ hasBarBelow: true, hidden: 0, besides: 0 });
  });
});

it('asks for input in the cell, and takes Esc for the end of the file', async () => {
  const { page } = app;
  const cell = await runCode(page, 'name = input("Your name? ")\nf"hello {name}"');
  const field = cell.locator('.input input');
  await field.waitFor({ timeout: START_MS });
  await page.keyboard.type('Ada');
  await page.keyboard.press('Enter');
  await ended(cell);
  expect(await cell.locator('.value').innerText()).toContain('hello Ada');
  expect((await cell.locator('.output').innerText()).match(/Your name/gu)).toHaveLength(1);

  const again = await runCode(page, 'input("More? ")');
  await again.locator('.input input').waitFor();
  await page.keyboard.press('Escape');
  await ended(again);
  expect(await again.getByRole('alert').innerText()).toContain('EOFError');
});

it('takes a file that is dropped, and previews a file that code makes', async () => {
  const { page } = app;
  const transfer = await page.evaluateHandle(() => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(['city,people\nBern,134794\n'], 'cities.csv', { type: 'text/csv' }));
    return dropped;
  });
  await page.dispatchEvent('.console', 'drop', { dataTransfer: transfer });
  const drawer = page.getByRole('complementary', { name: 'Files' });
  await drawer.getByText('cities.csv').waitFor({ timeout: START_MS });

  const cell = await ended(
    await runCode(
      page,
      'text = open("cities.csv").read()\nopen("copy.csv", "w").write(text + "Basel,173863\\n")',
    ),
  );
  expect(await cell.getByRole('alert').count()).toBe(0);
  await drawer.getByText(/Made by cell \d+/u).waitFor();
  await drawer.getByRole('button', { name: /^copy\.csv/u }).click();
  const dialog = page.getByRole('dialog', { name: 'copy.csv' });
  await dialog.waitFor();
  expect(await dialog.locator('td').allInnerTexts()).toEqual(['Bern', '134794', 'Basel', '173863']);
  await page.keyboard.press('Escape');
});

it("broke no rule of the page's content policy, except by the script of the guest", () => {
  expect(app.errors).toEqual([expect.stringContaining('Blocked script execution')]);
});
