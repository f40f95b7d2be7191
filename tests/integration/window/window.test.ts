/** The window itself: what its page may do, where it may go, who may ask main. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVivariumWindow, type VivariumWindow } from '../../support/vivarium-window.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const PRELOAD = path.join(root, 'out', 'preload', 'index.cjs');
const PAGE = 'vivarium://app/index.html';
const OUTPUTS = 'vivarium-output://';
/** An address as guests' documents have them, with none there. */
const NO_OUTPUT = `${OUTPUTS}0d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60/`;

let window: VivariumWindow;

beforeAll(async () => {
  window = await openVivariumWindow();
});

afterAll(async () => {
  await window.close();
});

it('opens on its own origin, and shows its page', async () => {
  const { app, page } = window;
  expect(page.url()).toBe(PAGE);
  expect(await page.evaluate(() => [globalThis.origin, document.title])).toEqual([
    'vivarium://app',
    'Vivarium',
  ]);
  await page.waitForFunction(() => document.body.innerText.trim() !== '');
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getSize())).toEqual([
    1100, 720,
  ]);
  mkdirSync(path.join(root, 'test-results'), { recursive: true });
  await page.screenshot({ path: path.join(root, 'test-results', 'window.png') });
});

it('gives the page nothing of Node', async () => {
  const seen = await window.page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in globalThis),
  );
  expect(seen).toEqual([]);
});

it('runs the renderer in a sandbox of its own, without Node and with its own world', async () => {
  const preferences = await window.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return (contents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  });
});

describe('scripts and styles', () => {
  it('from text are refused', async () => {
    const outcome = await window.page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        violations.push(effectiveDirective);
      });
      const tried: Record<string, unknown> = {};
      // Whoever drives this test may evaluate text, but only until it is waited for.
      await new Promise((resolve) => setTimeout(resolve));
      const attempt = (name: string, work: () => unknown): void => {
        try {
          tried[name] = work();
        } catch (error) {
          tried[name] = (error as Error).name;
        }
      };
      const hostile = globalThis as unknown as Record<string, unknown>;
      attempt('eval', () => (hostile['eval'] as (text: string) => unknown)('1'));
      attempt('Function', () => Reflect.construct(hostile['Function'] as typeof Object, ['return 1']));
      const script = document.createElement('script');
      attempt('script', () => script.append('globalThis.ran = true'));
      document.body.append(script);
      const style = document.createElement('style');
      style.textContent = 'body { --styled: yes }';
      document.head.append(style);
      const button = document.createElement('button');
      attempt('handler', () => button.setAttribute('onclick', 'globalThis.ran = true'));
      attempt('html', () => button.insertAdjacentHTML('beforeend', '<img>'));
      attempt('frame', () => Object.assign(document.createElement('iframe'), { srcdoc: '<p>' }));
      document.body.append(button);
      button.click();
      await new Promise((resolve) => setTimeout(resolve));
      tried['ran'] = hostile['ran'] ?? false;
      tried['styled'] = getComputedStyle(document.body).getPropertyValue('--styled');
      for (const element of [script, style, button]) element.remove();
      return { tried, violations: [...new Set(violations)].sort() };
    });
    expect(outcome.tried).toEqual({
      eval: 'EvalError',
      Function: 'EvalError',
      script: 'TypeError',
      handler: 'TypeError',
      html: 'TypeError',
      frame: 'TypeError',
      ran: false,
      styled: '',
    });
    expect(outcome.violations).toEqual(['require-trusted-types-for', 'style-src-elem']);
  });

  it('of the editor are taken with the nonce in the page’s head', async () => {
    const styled = await window.page.evaluate(() => {
      const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
      const style = document.createElement('style');
      style.nonce = nonce;
      style.textContent = 'body { --styled: yes }';
      document.head.append(style);
      const value = getComputedStyle(document.body).getPropertyValue('--styled');
      style.remove();
      return value;
    });
    expect(styled).toBe('yes');
  });
});

it('reaches no network and no file', async () => {
  const outcome = await window.page.evaluate(async () => {
    const fetched = await Promise.all(
      ['https://example.org/', 'http://127.0.0.1:1/', 'file:///etc/passwd', 'vivarium://app/index.html'].map(
        (url) =>
          fetch(url).then(
            () => 'fetched',
            () => 'refused',
          ),
      ),
    );
    const image = await new Promise((resolve) => {
      const element = new Image();
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('refused');
      element.src = 'https://example.org/image.png';
    });
    return [...fetched, image];
  });
  expect(outcome).toEqual(['refused', 'refused', 'refused', 'refused', 'refused']);
});

it('its session reaches no network even for what no policy holds back', async () => {
  const outcome = await window.app.evaluate(async ({ BrowserWindow }) => {
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    return session?.fetch('http://127.0.0.1:1/').then(
      () => 'fetched',
      (error: unknown) => (error instanceof Error ? error.message : ''),
    );
  });
  expect(outcome).toBe('net::ERR_BLOCKED_BY_CLIENT');
});

it('is given no permission but to write to the clipboard', async () => {
  const states = await window.page.evaluate(async () => {
    const names = ['camera', 'microphone', 'geolocation', 'notifications', 'clipboard-read', 'midi'];
    return Promise.all(
      names.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state),
    );
  });
  expect(states).toEqual(states.map(() => 'denied'));
});

describe('navigation', () => {
  it('to another address is refused, and no further window opens', async () => {
    const { app, page } = window;
    // Listening before anything is tried: the answer is fetched afterwards.
    await app.evaluate(({ BrowserWindow }) => {
      const refused: string[] = [];
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      contents?.on('will-frame-navigate', (event) => {
        if (event.defaultPrevented) refused.push(event.url);
      });
      Object.assign(globalThis, { refused });
    });
    // The first one does not even get as far as main.
    const urls = ['file:///etc/passwd', 'https://example.org/', NO_OUTPUT, 'vivarium://app/assets/'];
    for (const url of urls) {
      await page.evaluate((to) => {
        globalThis.open(to);
        location.href = to;
      }, url);
    }
    await expect
      .poll(() => app.evaluate(() => (globalThis as unknown as { refused: string[] }).refused))
      .toEqual(urls.slice(1));
    expect(page.url()).toBe(PAGE);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('to the page itself reloads it', async () => {
    const { page } = window;
    await page.evaluate(() => {
      (globalThis as unknown as { before: boolean }).before = true;
    });
    await page.reload();
    expect(await page.evaluate(() => 'before' in globalThis)).toBe(false);
    expect((await page.evaluate(() => globalThis.api.sandbox.status())).ok).toBe(true);
  });
});

describe('HTML of a guest', () => {
  const show = (html: string): Promise<string> =>
    window.page.evaluate(async (text) => {
      const answer = await globalThis.api.output.show(text);
      if (!answer.ok) throw new Error(answer.error.message);
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', '');
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      frame.src = answer.value.url;
      document.body.append(frame);
      await loaded;
      return answer.value.url;
    }, html);

  /** As whoever drives the test may look into it; the page may not. */
  const frameOf = (url: string): Frame => {
    const frame = window.page.frames().find((candidate) => candidate.url() === url);
    if (frame === undefined) throw new Error(`no frame shows ${url}`);
    return frame;
  };

  it('is shown with its own styles, and can be measured', async () => {
    const url = await show(
      '<!doctype html><style>body { margin: 0 } p { height: 321px; margin: 0 }</style><p style="color: red">guest</p>',
    );
    const seen = await frameOf(url).evaluate(() => [
      document.body.innerText,
      document.querySelector('p')?.offsetHeight,
    ]);
    expect(seen).toEqual(['guest', 321]);
    const size = await window.page.evaluate((of) => globalThis.api.output.measure(of), url);
    expect(size).toMatchObject({ ok: true, value: { height: 321 } });
  });

  it('is measured by main alone, whatever names its forms have', async () => {
    const url = await show(
      '<!doctype html><style>body { margin: 0 } div { height: 210px }</style><div></div><form name="documentElement"></form><form name="createElement"></form>',
    );
    const size = await window.page.evaluate((of) => globalThis.api.output.measure(of), url);
    expect(size).toMatchObject({ ok: true, value: { height: 210 } });
    const none = await window.page.evaluate((of) => globalThis.api.output.measure(of), NO_OUTPUT);
    expect(none).toEqual({ ok: true, value: null });
  });

  it("has an origin of its own, and a process apart from the page’s and other documents'", async () => {
    const urls = [await show('<p>one</p>'), await show('<p>two</p>')];
    const seen = await window.app.evaluate(({ BrowserWindow }) => {
      const page = BrowserWindow.getAllWindows()[0]?.webContents.mainFrame;
      return [page, ...(page?.frames ?? [])].map((frame) => ({
        url: frame?.url ?? '',
        origin: frame?.origin,
        pid: frame?.osProcessId,
      }));
    });
    const guests = urls.map((url) => seen.find((frame) => frame.url === url));
    expect(guests.map((guest) => guest?.origin)).toEqual(['null', 'null']);
    const pids = [seen[0], ...guests].map((frame) => frame?.pid);
    expect(new Set(pids).size).toBe(3);
    expect(pids).not.toContain(undefined);
  });

  it('runs no script, loads nothing, and does not navigate', async () => {
    const url = await show(
      [
        '<script>parent.document.title = "script"</script>',
        '<img src="x" onerror="parent.document.title = \'handler\'">',
        '<img src="https://example.org/image.png" onload="parent.document.title = \'loaded\'">',
        '<iframe srcdoc="<script>top.document.title = \'nested\'</script>"></iframe>',
        '<meta http-equiv="refresh" content="0; url=https://example.org/">',
        '<a id="out" href="https://example.org/" target="_top">out</a>',
        '<form action="https://example.org/"><button id="send">send</button></form>',
      ].join('\n'),
    );
    const { page } = window;
    const frame = frameOf(url);
    await frame.evaluate(() => {
      document.querySelector<HTMLElement>('#out')?.click();
      document.querySelector<HTMLElement>('#send')?.click();
    });
    const title = await page.evaluate(async () => {
      // What was begun has been refused by then: the answer comes after it.
      await globalThis.api.sandbox.status();
      await globalThis.api.sandbox.status();
      return document.title;
    });
    expect([title, await frame.evaluate(() => document.URL)]).toEqual(['Vivarium', url]);
    expect(page.url()).toBe(PAGE);
  });

  it('has no host name looked up, which no content policy would forbid', async () => {
    const log = path.join(window.dataFolder, 'network.json');
    await window.app.evaluate(async ({ session }, file) => {
      await session.fromPartition('persist:window').netLog.startLogging(file, { captureMode: 'everything' });
    }, log);
    await show(
      [
        '<head><link rel="dns-prefetch" href="https://told.invalid"><link rel="preconnect" href="//told.invalid">',
        '<meta http-equiv="x-dns-prefetch-control" content="on"></head><a href="https://told.invalid">link</a>',
        '<svg><foreignObject><link rel="dns-prefetch" href="https://told.invalid"></foreignObject></svg>',
        '<template shadowrootmode="open"><link rel="dns-prefetch" href="https://told.invalid"></template>',
        '<iframe srcdoc="&lt;link rel=dns-prefetch href=https://told.invalid&gt;"></iframe>',
      ].join('\n'),
    );
    // Looked up after all of the above, which shows that the log would tell.
    await window.app.evaluate(async ({ session }) => {
      const page = session.fromPartition('persist:window');
      await page.resolveHost('seen.invalid').catch(() => undefined);
      await page.netLog.stopLogging();
    });
    const text = readFileSync(log, 'utf8');
    expect([text.includes('seen.invalid'), text.includes('told.invalid')]).toEqual([true, false]);
  });

  it('can not reach main', async () => {
    const frame = frameOf(await show('<p>guest</p>'));
    expect(
      await frame.evaluate(() => ['api', 'require', 'process'].filter((name) => name in globalThis)),
    ).toEqual([]);
  });

  it('is gone when it is forgotten', async () => {
    const url = await show('<p>guest</p>');
    await window.page.evaluate(async (address) => {
      await globalThis.api.output.forget(address);
      const frame = document.createElement('iframe');
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      frame.src = address;
      document.body.append(frame);
      await loaded;
    }, url);
    const [, again] = window.page.frames().filter((frame) => frame.url() === url);
    expect(await again?.evaluate(() => document.body.innerText)).toBe('');
  });
});

describe('main does not answer other senders', () => {
  const ASK = `Promise.all([
    api.sandbox.status(), api.config.get(), api.interpreter.pyodide('1'), api.interpreter.isPyodideCached(),
  ])`;
  const FORBIDDEN = [
    { ok: false, error: { code: 'forbidden', message: 'only the page of the app may ask this' } },
    { ok: false, error: { code: 'forbidden', message: 'only the page of the app may ask this' } },
    { error: 'only the page of the app may ask this' },
    false,
  ];

  it('such as another window with the same preload', async () => {
    const answers = await window.app.evaluate(
      async ({ BrowserWindow }, { ask, preload }) => {
        const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await other.loadURL('data:text/html,other');
        const answer: unknown = await other.webContents.executeJavaScript(ask);
        other.destroy();
        return answer;
      },
      { ask: ASK, preload: PRELOAD },
    );
    expect(answers).toEqual(FORBIDDEN);
  });

  it('such as a frame in its own page', async () => {
    // The app's own preload gives frames nothing: this one stands for a frame that has taken over its process.
    const preload = path.join(window.dataFolder, 'taken-over.cjs');
    writeFileSync(
      preload,
      `const { contextBridge, ipcRenderer } = require('electron');
      contextBridge.exposeInMainWorld('ask', (channel, ...given) => ipcRenderer.invoke(channel, ...given));`,
    );
    const answers = await window.app.evaluate(
      async ({ BrowserWindow }, { preload: file, src }) => {
        const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
        if (session === undefined) throw new Error('no window');
        const other = new BrowserWindow({
          show: false,
          webPreferences: { preload: file, session, sandbox: true, nodeIntegrationInSubFrames: true },
        });
        await other.loadURL('vivarium://app/index.html');
        await other.webContents.executeJavaScript(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.onload = resolve;
          frame.src = '${src}';
          document.body.append(frame);
        })`);
        const frame = other.webContents.mainFrame.frames[0];
        const answer: unknown = await frame?.executeJavaScript(
          "Promise.all([ask('sandbox-status'), ask('output-show', '<b>'), ask('code-pyodide-is-cached')])",
        );
        other.destroy();
        return answer;
      },
      { preload, src: NO_OUTPUT },
    );
    expect(answers).toEqual([
      [0, FORBIDDEN[0]],
      [0, FORBIDDEN[0]],
      [0, false],
    ]);
  });

  it('such as another document in its own window', async () => {
    const answers = await window.app.evaluate(async ({ BrowserWindow }, ask) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      await contents?.loadURL('data:text/html,other');
      const foreign: unknown = await contents?.executeJavaScript(ask);
      await contents?.loadURL('vivarium://app/index.html');
      const own: unknown = await contents?.executeJavaScript('api.sandbox.status()');
      return { foreign, own };
    }, ASK);
    expect(answers).toMatchObject({ foreign: FORBIDDEN, own: { ok: true } });
  });
});
