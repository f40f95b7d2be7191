/** What sessions know of names, in a locked-down process with real packages. */
import { afterAll, expect, it, type TestContext } from 'vitest';
import { createSandbox } from '../../src/main/create-sandbox.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import type { NameQuestion } from '../../src/shared/protocol/name-reports.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;

let opened: Sandbox | undefined;
const sandboxFor = async (context: TestContext): Promise<Sandbox> => {
  const mirror = await testWheels(context);
  return (opened ??= createSandbox({
    outDir: OUT_FOLDER,
    launcher: (script) => new NodeLauncher(script),
    outputKiB: 256,
    memoryMiB: 512,
    packageSources: {
      settings: { autoInstall: true, mirror, allow: [] },
      official: false,
      transport: nodeTransport(),
    },
  }));
};
afterAll(() => opened?.dispose());

const look = async (
  sandbox: Sandbox,
  about: NameQuestion['about'],
  dotted: string,
  prefix = '',
): Promise<unknown> => {
  const path = dotted === '' ? [] : dotted.split('.');
  const report = await sandbox.lookUpNames('s', { about, path, prefix });
  return report?.kind === 'names' ? report.names.map(([name]) => name) : report;
};

it(
  'data frames with their columns, arrays, accessors and what NumPy does',
  { timeout: LONG_MS },
  async (context) => {
    const sandbox = await sandboxFor(context);
    const code =
      'import pandas as pd, numpy as np\ndf = pd.DataFrame({"height": [1], "hat size": [2], 3: [4]})\n' +
      'objects = df.copy()\nobjects.columns = pd.Index(["hot", "cold"] + [None], dtype=object)\nheights = df["height"]\na = np.zeros(3)';
    expect(await sandbox.run({ code, session: 's', timeoutMs: LONG_MS })).toMatchObject({
      status: 'ok',
      error: null,
    });
    expect(await look(sandbox, 'members', 'df', 'hei')).toEqual(['height']);
    expect(await look(sandbox, 'members', 'df', 'groupb')).toEqual(['groupby']);
    expect(await look(sandbox, 'keys', 'df')).toEqual(['height', 'hat size']);
    expect(await look(sandbox, 'keys', 'objects')).toEqual(['hot', 'cold']);
    expect(await look(sandbox, 'members', 'heights.dt', 'yea')).toEqual(['year']);
    expect(await look(sandbox, 'members', 'heights.str', 'upp')).toEqual(['upper']);
    expect(await look(sandbox, 'members', 'a', 'resh')).toEqual(['reshape']);
    expect(await look(sandbox, 'members', 'np', 'linsp')).toEqual(['linspace']);
    expect(await look(sandbox, 'imports', 'pandas', 'DataF')).toEqual(['DataFrame']);
    expect(await look(sandbox, 'call', 'np.linspace')).toMatchObject({
      type: 'function',
      signature: expect.stringMatching(/^\(start, stop, num=50, endpoint=True/u) as unknown,
      documentation: expect.stringContaining('evenly spaced') as unknown,
    });
    expect(await look(sandbox, 'call', 'df.head')).toMatchObject({
      signature: '(n=5)',
      documentation: expect.stringContaining('first') as unknown,
    });
    expect(await look(sandbox, 'call', 'pd.DataFrame')).toMatchObject({
      type: 'class',
      signature: expect.stringMatching(/^\(data=None, index=None/u) as unknown,
    });
  },
);

it(
  'nothing is told by a session without state or at work; it lives on',
  { timeout: LONG_MS },
  async (context) => {
    const sandbox = await sandboxFor(context);
    expect(await sandbox.lookUpNames('other', { about: 'names', path: [], prefix: '' })).toBeNull();
    await sandbox.run({ code: 'known = 1', session: 's' });
    const stop = new AbortController();
    const printed: string[] = [];
    const running = sandbox.run(
      { code: 'print("in", flush=True)\nwhile True: pass', session: 's' },
      {
        signal: stop.signal,
        onOutput: ({ bytes }) => {
          printed.push(new TextDecoder().decode(bytes));
        },
      },
    );
    await expect.poll(() => printed.join('')).toContain('in');
    const began = performance.now();
    expect(await look(sandbox, 'names', '', 'kno')).toBeNull();
    expect(performance.now() - began).toBeLessThan(400);
    stop.abort();
    await running;
    expect(await look(sandbox, 'names', '', 'kno')).toEqual(['known']);
    expect(await sandbox.run({ code: 'known', session: 's' })).toMatchObject({
      value: { json: 1 },
      session: { state: 'kept' },
    });
  },
);
