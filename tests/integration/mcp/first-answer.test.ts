/** `vivarium mcp` on a computer where nothing was fetched yet, and what is fetched comes slowly. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { McpClient, textOf } from '../../support/mcp-client.ts';
import { testWheels } from '../../support/test-wheels.ts';
import { testServer } from '../../unit/packages/support/test-server.ts';

const LONG_MS = 240_000;
/** After which clients mostly give up. */
const CLIENT_PATIENCE_MS = 60_000;
/** Well within the time after which a source that sends nothing is given up. */
const TRICKLE_MS = 500;
const PART = 0.4;
/** Of everything that is fetched, with what pandas needs: more than of pandas alone, and not all. */
const FETCHING = /fetching pandas, [4-9]\d %/u;

interface SlowMirror {
  readonly url: string;
  /** Sends the rest of what it holds back, and from now on everything at once. */
  readonly letGo: () => void;
}

/** The folder as a web server has it; of pandas it sends two fifths, and then a byte now and then. */
const slowMirror = async (folder: string): Promise<SlowMirror> => {
  const heldBack = new Map<ServerResponse, () => void>();
  let isSlow = true;
  const { url } = await testServer((request, response) => {
    const name = path.basename(decodeURIComponent(request.url ?? ''));
    const body = readFileSync(path.join(folder, name));
    response.writeHead(200, { 'content-length': body.length });
    if (!isSlow || !name.startsWith('pandas-')) {
      response.end(body);
      return;
    }
    let sent = Math.ceil(body.length * PART);
    response.write(body.subarray(0, sent));
    const trickle = setInterval(() => response.write(body.subarray(sent, (sent += 1))), TRICKLE_MS);
    heldBack.set(response, () => response.end(body.subarray(sent)));
    response.once('close', () => {
      clearInterval(trickle);
      heldBack.delete(response);
    });
  });
  return {
    url,
    letGo: () => {
      isSlow = false;
      for (const [response, end] of heldBack) {
        end();
        heldBack.delete(response);
      }
    },
  };
};

it(
  'answers within 60 s that pandas is being fetched, tells how much of it has come, and has the result for the same call',
  { timeout: LONG_MS },
  async (context) => {
    const mirror = await slowMirror(await testWheels(context));
    const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-first-answer-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
    const begun = performance.now();
    const mcp = await McpClient.open(folder, { args: ['--mirror', mirror.url] });
    onTestFinished(() => mcp.close());
    const script = 'import pandas as pd\nint(pd.Series([1, 41]).sum())';
    const heard: string[] = [];
    const onprogress = ({ message }: { readonly message?: string | undefined }): void => {
      heard.push(message ?? '');
    };
    const first = await mcp.run(script, {}, { onprogress });
    expect(performance.now() - begun).toBeLessThan(CLIENT_PATIENCE_MS);
    const { session } = first.structuredContent ?? {};
    expect([first.isError, first.structuredContent]).toEqual([
      false,
      expect.objectContaining({ status: 'under-way', state: 'kept' }),
    ]);
    expect(textOf(first)).toContain('Not done yet');
    const [step = 'no step'] = FETCHING.exec(textOf(first)) ?? [];
    expect(heard[0]).toBe('starting Python');
    expect(heard).toContain(step);

    const again = mcp.run(script, { session }, { onprogress: ({ message }) => later.push(message ?? '') });
    const later: string[] = [];
    await expect.poll(() => later).toEqual([step]);
    mirror.letGo();
    const { isError, structuredContent } = await again;
    expect([isError, textOf(await again)]).toEqual([false, '42']);
    expect(structuredContent).toMatchObject({
      session,
      status: 'ok',
      packages: expect.arrayContaining(['pandas']) as unknown,
    });
    expect(later).toContain('Python runs, and has printed nothing');
  },
);
