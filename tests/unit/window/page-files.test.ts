import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chartPolicy,
  MEDIA_POLICY,
  OUTPUT_POLICY,
  pagePolicy,
} from '../../../src/main/window/content-security.ts';
import { PageFiles } from '../../../src/main/window/page-files.ts';

const HTML = '<!doctype html><html><head><title>t</title></head><body></body></html>';

/** A guest's document. */
const GUEST = 'vivarium-output://0d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60/';
const HOSTILE = 'vivarium-output://1d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60/';

const documents = new Map([[GUEST, '<b>guest</b>']]);
let folder: string;
let files: PageFiles;

const get = (url: string, method = 'GET'): Promise<Response> => files.answer({ method, url });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'vivarium-page-'));
  mkdirSync(path.join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.html'), 'secret');
  writeFileSync(path.join(folder, 'page', 'index.html'), HTML);
  mkdirSync(path.join(folder, 'frames'));
  for (const name of ['plotly.js', 'vega.js', 'other.js'])
    writeFileSync(path.join(folder, 'frames', name), `draws('${name}')`);
  writeFileSync(path.join(folder, 'page', 'notes.txt'), 'not for the page');
  writeFileSync(path.join(folder, 'page', 'assets', 'index-1.js'), 'export {}');
  writeFileSync(path.join(folder, 'page', 'assets', 'index-1.css'), 'a {}');
  files = await PageFiles.of(path.join(folder, 'page'), documents, path.join(folder, 'frames'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('serves the built files with their types, and forbids guessing these', async () => {
  const script = await get('vivarium://app/assets/index-1.js');
  expect([script.status, await script.text()]).toEqual([200, 'export {}']);
  expect(Object.fromEntries(script.headers)).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect((await get('vivarium://app/assets/index-1.css')).headers.get('content-type')).toMatch(/^text\/css/u);
});

it('gives the page a policy with a nonce of its own at each load, which it finds in its head', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const answer = await get('vivarium://app/index.html');
      const nonce = /<meta name="csp-nonce" content="([^"]+)"/u.exec(await answer.text())?.[1];
      expect(answer.headers.get('content-security-policy')).toBe(pagePolicy(nonce ?? ''));
      return nonce;
    }),
  );
  expect(nonces[0]).toMatch(/^[A-Za-z0-9+/]{22}==$/u);
  expect(nonces[0]).not.toBe(nonces[1]);
});

it('serves a guest’s document under the policy for those, while it is there', async () => {
  const answer = await get(`${GUEST}?x#y`);
  expect([answer.status, await answer.text()]).toEqual([200, '<b>guest</b>']);
  expect(answer.headers.get('content-security-policy')).toBe(OUTPUT_POLICY);
  expect((await get('vivarium-output://2d8e7a3c-4b6f-4d29-9c1e-5a7b2f3d4e60/')).status).toBe(404);
});

it.each([
  '<audio controls src="data:audio/wav;base64,UklGRg=="></audio>',
  '<video controls src="data:video/mp4;base64,AAAA"></video>',
])('serves a player under a policy of its own: %s', async (html) => {
  documents.set(HOSTILE, html);
  expect((await get(HOSTILE)).headers.get('content-security-policy')).toBe(MEDIA_POLICY);
});

it.each([
  '<audio autoplay controls src="data:audio/wav;base64,UklGRg=="></audio>',
  '<audio controls src="data:audio/wav;base64,UklGRg==" autoplay></audio>',
  '<audio controls src="data:audio/wav;base64,UklGRg=="></audio><p>',
  '<p><audio controls src="data:audio/wav;base64,UklGRg=="></audio>',
  '<audio controls src="data:video/mp4;base64,AAAA"></audio>',
  '<audio controls src="data:audio/wav;base64,UklGRg=="></video>',
  '<audio controls src="https://leak.invalid/"></audio>',
  '<audio controls src="data:audio/wav;base64,UklGRg==',
  'UklGRg==',
])('serves any other document of a guest without media: %s', async (html) => {
  documents.set(HOSTILE, html);
  expect((await get(HOSTILE)).headers.get('content-security-policy')).toBe(OUTPUT_POLICY);
});

it.each([
  ['<link rel="dns-prefetch" href="//x.invalid">', '<meta rel="dns-prefetch" href="//x.invalid">'],
  ['<LiNk/rel=preconnect>', '<meta/rel=preconnect>'],
  ['<li<link\trel=x>', '<li<meta\trel=x>'],
  ['<link\rrel=x><!-- <link\f> -->', '<meta\rrel=x><!-- <meta\f> -->'],
  ['<iframe srcdoc="&lt;link>">', '<no-iframe srcdoc="&lt;link>">'],
  ['<linked-list></link><b>1 < link</b>', '<linked-list></link><b>1 < link</b>'],
])(
  'takes out of a guest’s document what would reach the network past the policy: %j',
  async (html, served) => {
    documents.set(HOSTILE, html);
    expect(await (await get(HOSTILE)).text()).toBe(served);
  },
);

it.each(['plotly', 'vega'])(
  'serves the page of a chart of %s to any host, with its script and a policy',
  async (library) => {
    const page = await get(`${GUEST}${library}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toBe(chartPolicy(`${GUEST}${library}.js`));
    expect(await page.text()).toContain(`<script src="${GUEST}${library}.js"></script>`);
    const script = await get(`${GUEST}${library}.js`);
    expect([script.status, await script.text()]).toEqual([200, `draws('${library}.js')`]);
  },
);

describe('serves nothing else', () => {
  it.each([
    `${GUEST}other`,
    `${GUEST}other.js`,
    `${GUEST}plotly.js/`,
    `${GUEST}plotly.css`,
    `${GUEST}plotly/vega.js`,
    'vivarium-output://app/plotly',
    'vivarium://app/plotly.js',
    'vivarium://app/',
    'vivarium://app',
    'vivarium://app/assets',
    'vivarium://app/assets/',
    'vivarium://app/notes.txt',
    'vivarium://app/../secret.html',
    'vivarium://app/%2e%2e/secret.html',
    'vivarium://app/..%2fsecret.html',
    'vivarium://app/assets/..%5c..%5csecret.html',
    'vivarium://app//etc/passwd',
    'vivarium://app/index.html/../../secret.html',
    'vivarium://app/index.html%00.js',
    'vivarium://app/INDEX.HTML',
    'vivarium://other/index.html',
    'vivarium://app:1/index.html',
    'vivarium://user@app/index.html',
    'vivarium-output://app/index.html',
    `${GUEST}index.html`,
    `${GUEST}/`,
    GUEST.replace('-output', ''),
    'file:///etc/passwd',
    '',
  ])('at %s', async (url) => {
    const answer = await get(url);
    expect([answer.status, await answer.text()]).toEqual([404, '']);
  });

  it('for other methods', async () => {
    expect((await get('vivarium://app/index.html', 'POST')).status).toBe(405);
  });
});

describe('the policy', () => {
  it('of the page allows no script, style or address but the app’s own', () => {
    const policy = pagePolicy('N');
    expect(policy).not.toMatch(/unsafe|https?:|\*/u);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N';");
    for (const directive of ['base-uri', 'connect-src', 'form-action', 'frame-ancestors']) {
      expect(policy).toContain(`${directive} 'none'`);
    }
  });

  it('of a chart allows its one script, no request, no code from text and no origin', () => {
    const policy = chartPolicy(`${GUEST}plotly.js`);
    const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one]));
    expect(directives.get('default-src')).toBe("default-src 'none'");
    expect(directives.get('sandbox')).toBe('sandbox allow-scripts');
    expect(directives.get('script-src')).toBe(`script-src ${GUEST}plotly.js`);
    expect(directives.get('connect-src')).toBe("connect-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|same-origin|'self'/u);
  });

  it('of a guest’s document allows no script and no request at all', () => {
    const directives = new Map(OUTPUT_POLICY.split('; ').map((one) => [one.split(' ')[0], one]));
    expect(directives.get('default-src')).toBe("default-src 'none'");
    expect(directives.get('sandbox')).toBe('sandbox');
    expect([...directives.keys()]).not.toContain('script-src');
    expect([...directives.keys()]).not.toContain('media-src');
    expect(OUTPUT_POLICY).not.toMatch(/https?:|\*|'self'|allow-/u);
  });

  it('of a player allows that only', () => {
    expect(MEDIA_POLICY).toContain('media-src data:');
    expect(MEDIA_POLICY.match(/data:/gu)).toHaveLength(1);
    expect(MEDIA_POLICY).toMatch(/^sandbox; default-src 'none'; /u);
    expect(MEDIA_POLICY).not.toMatch(/https?:|\*|'self'|allow-|unsafe|script-src/u);
  });
});
