/** The process of an output's frame dies: the page lives on and says so, and the output can be shown again. */
import { expect, it, onTestFinished } from 'vitest';
import { ENABLED, ended, openApp, runCode, START_MS } from './console-page.ts';

const CODE = `class Shown:
    def _repr_html_(self): return '<h1>Still here</h1>'
display(Shown())`;

interface Frame {
  readonly url: string;
  readonly pid: number;
}

it('the end of a frame’s process is shown, and the frame can be loaded again', async () => {
  // Of its own: Playwright takes the end of a frame's process for that of the page, which it can not drive afterwards.
  const { app, close, page } = await openApp(ENABLED);
  onTestFinished(close);
  const frames = (): Promise<Frame[]> =>
    app.evaluate(({ BrowserWindow }) => {
      const main = BrowserWindow.getAllWindows()[0]?.webContents.mainFrame;
      return (main?.frames ?? []).map((frame) => ({ url: frame.url, pid: frame.osProcessId }));
    });
  const pagePid = (): Promise<number | undefined> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
  const inPage = (script: string): Promise<unknown> =>
    app.evaluate(
      ({ BrowserWindow }, text) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text) as Promise<unknown>,
      script,
    );

  const cell = await ended(await runCode(page, CODE));
  const frame = cell.locator('iframe');
  await frame.contentFrame().getByText('Still here').waitFor({ timeout: START_MS });
  const url = await frame.getAttribute('src');
  const guest = (await frames()).find((one) => one.url === url);
  const pid = await pagePid();
  if (guest === undefined) throw new Error('no frame');
  expect(guest.pid).not.toBe(pid);

  process.kill(guest.pid, 'SIGKILL');
  const told = "document.querySelector('.ended p')?.innerText ?? ''";
  await expect.poll(() => inPage(told)).toContain('The process of this output ended');
  await inPage("document.querySelector('.ended button').click()");
  const shown = "document.querySelector('.cell iframe')?.src ?? ''";
  await expect.poll(() => inPage(shown)).toMatch(/^vivarium-output:/u);
  const again = await inPage(shown);
  expect(again).not.toBe(url);
  await expect.poll(async () => (await frames()).some((one) => one.url === again && one.pid > 0)).toBe(true);
  expect(await pagePid()).toBe(pid);
});
