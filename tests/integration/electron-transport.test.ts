import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import {
  electronEnvironment,
  installedElectron,
  sandboxSwitches,
} from '../../src/main/cli/host/electron-command.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import type { Question } from '../support/electron-transport-main.ts';
import { hang, testServer } from '../unit/packages/support/test-server.ts';
import { sha256 } from '../unit/packages/support/world.ts';

const BODY = Buffer.alloc(300_000, 'vivarium');
const ETAG = '"one"';
const PATIENT_MS = 30_000;

/** The small main process as an app that Electron can start. */
async function buildApp(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-net-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  await build({
    root: PROJECT_ROOT,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: path.join(PROJECT_ROOT, 'tests/support/electron-transport-main.ts'),
      target: 'node20',
      outDir: folder,
      rolldownOptions: {
        external: [/^node:/u, 'electron'],
        output: { format: 'es', entryFileNames: 'main.mjs' },
      },
    },
  });
  writeFileSync(path.join(folder, 'package.json'), '{"name":"net","main":"main.mjs"}');
  return folder;
}

async function answersFor(
  questions: readonly Question[],
  proxy = 'direct://',
): Promise<Record<string, string>> {
  const app = await buildApp();
  const child = spawn(
    await installedElectron(),
    [
      ...sandboxSwitches(),
      '--ozone-platform=headless',
      `--user-data-dir=${path.join(app, 'data')}`,
      ...(proxy === 'direct://' ? ['--no-proxy-server'] : [`--proxy-server=${proxy}`]),
      app,
    ],
    {
      env: { ...electronEnvironment(), VIVARIUM_TEST_QUESTIONS: JSON.stringify(questions) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [, answers] = /^ANSWERS (.*)$/mu.exec(output) ?? [];
  if (answers === undefined) throw new Error(`Electron gave no answers: ${errors.slice(-2000)}`);
  return JSON.parse(answers) as Record<string, string>;
}

test("Electron's network: files, resumption, failures; redirects are not followed blindly", async () => {
  let broken = false;
  const server = await testServer((request, response) => {
    const whole = { 'content-length': String(BODY.length), etag: ETAG };
    switch (request.url) {
      case '/file':
        response.writeHead(200, whole).end(BODY);
        break;
      case '/broken': {
        const [, start] = /^bytes=(\d+)-$/u.exec(request.headers.range ?? '') ?? [];
        if (!broken) {
          broken = true;
          response.writeHead(200, whole).write(BODY.subarray(0, 150_000), () => {
            setTimeout(() => response.destroy(), 100);
          });
        } else if (start !== undefined) {
          const range = `bytes ${start}-${String(BODY.length - 1)}/${String(BODY.length)}`;
          response.writeHead(206, { 'content-range': range }).end(BODY.subarray(Number(start)));
        } else {
          response.writeHead(200, whole).end(BODY);
        }
        break;
      }
      case '/same':
        response.writeHead(302, { location: '/file' }).end();
        break;
      case '/other':
        response.writeHead(302, { location: 'https://elsewhere.invalid/file' }).end();
        break;
      case '/slow': {
        response.writeHead(200, whole);
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
        break;
      }
      case '/half':
        response
          .writeHead(200, { 'content-length': String(BODY.length) })
          .write(BODY.subarray(0, 150_000), () => {
            setTimeout(() => response.destroy(), 100);
          });
        break;
      case '/error':
        response.writeHead(500).end();
        break;
      case '/hang':
        hang(request, response);
        break;
      default:
        response.writeHead(404).end();
    }
  });
  const at = (name: string): string => `${server.url}/${name}`;
  const names = ['file', 'broken', 'same', 'other', 'hang', 'half', 'error', 'nothing'];
  const answers = await answersFor([
    ...names.map((name) => ({ url: at(name), idleMs: name === 'hang' ? 500 : PATIENT_MS })),
    { url: at('slow'), idleMs: PATIENT_MS, overallMs: 500 },
    { url: 'http://127.0.0.1:1/x', idleMs: PATIENT_MS },
  ]);
  expect(answers).toEqual({
    [at('file')]: sha256(BODY),
    [at('broken')]: sha256(BODY),
    [at('same')]: sha256(BODY),
    [at('other')]: 'redirected to another host (elsewhere.invalid), which is not allowed',
    [at('hang')]: 'sent nothing for 0.5 s',
    [at('half')]: expect.stringMatching(
      /^(?:broke the connection off|can not be reached|sent \d+ of 300000)/u,
    ) as string,
    [at('error')]: 'answered with an error (500)',
    [at('slow')]: 'did not deliver within 0.5 s',
    [at('nothing')]: 'does not have it (404)',
    'http://127.0.0.1:1/x': expect.stringMatching(/can not be reached \(.*ERR_/u) as string,
  });
});

test("Electron's proxy settings are used", async () => {
  const proxy = await testServer((_request, response) => response.end(BODY));
  const url = 'http://packages.invalid/x';
  expect(await answersFor([{ url, idleMs: PATIENT_MS }], proxy.url)).toEqual({ [url]: sha256(BODY) });
  expect(proxy.requests).toEqual([url]);
});
