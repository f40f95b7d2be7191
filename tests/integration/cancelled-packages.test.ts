/** Cancelling a run that needs packages, in each of its phases: at once, the store sound, the session as it is told. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { OFFER_FILE } from '../../src/main/packages/resolve/offered-wheels.ts';
import { openPackages, type Packages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { SidecarLauncher } from '../../src/main/sandbox/process/launcher.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import { nodeSandbox, OUT_FOLDER } from '../support/node-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';
import { testServer } from '../unit/packages/support/test-server.ts';

/** Far more than it takes on a slow machine. */
const LONG_MS = 240_000;

type Happened = (what: string) => void;

/** The folder as a web server has it. While it stalls, it sends half of a wheel and nothing of its list. */
const stallingMirror = async (folder: string, stalls: () => boolean, happened: Happened): Promise<string> => {
  const { url } = await testServer((request, response) => {
    const name = path.basename(decodeURIComponent(request.url ?? ''));
    const body = readFileSync(path.join(folder, name));
    const isList = name === OFFER_FILE;
    if (!stalls()) {
      response.end(body);
      return;
    }
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, isList ? 0 : body.length / 2), () =>
      happened(isList ? 'the list is asked for' : 'half a wheel has come'),
    );
  });
  return url;
};

/** Tells of each call to the process: its method, and how often it was called before. */
const tellingLauncher = (happened: Happened): SidecarLauncher => {
  const launcher = new NodeLauncher(builtFiles(OUT_FOLDER).sidecar);
  return {
    launch: async () => {
      const process = await launcher.launch();
      const counts = new Map<string, number>();
      const post = (message: unknown): void => {
        process.port.post(message);
        const { method } = message as { method?: string };
        if (method === undefined) return;
        const count = (counts.get(method) ?? 0) + 1;
        counts.set(method, count);
        happened(`${method} ${count}`);
      };
      return { ...process, port: { ...process.port, post } };
    },
  };
};

const emptyFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-cancelled-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const openStore = async (mirror: string): Promise<Packages> =>
  openPackages({
    dataFolder: emptyFolder(),
    ...(await loadPyodideLock(builtFiles(OUT_FOLDER).runtime)),
    settings: { autoInstall: true, mirror, allow: ['regex', 'numpy', 'et-xmlfile'] },
    transport: nodeTransport(),
    official: false,
  });

const USES_REGEX = 'import regex\nbool(regex.match(r"\\p{L}+", "é"))';

const PHASES: readonly {
  readonly phase: string;
  /** What happens when it is cancelled. */
  readonly at: string;
  readonly stalls?: boolean;
  readonly code?: string;
  readonly packages?: string[];
  /** When its code had begun; otherwise it never does. */
  readonly began?: boolean;
}[] = [
  { phase: 'the imports are looked for', at: 'findImports 1' },
  {
    phase: 'a package is looked up',
    at: 'the list is asked for',
    stalls: true,
    packages: ['et-xmlfile'],
  },
  { phase: 'a wheel is downloaded', at: 'half a wheel has come', stalls: true },
  { phase: 'the process is asked what it has', at: 'installPackages 1' },
  { phase: 'a wheel is handed over', at: 'loadPackage 1' },
  { phase: 'packages are installed', at: 'installPackages 2' },
  {
    phase: 'its code imports',
    at: 'its code printed',
    code: 'print("now", flush=True)\nimport numpy\nwhile True: pass',
    began: true,
  },
  {
    phase: 'its code runs',
    at: 'its code printed',
    code: 'import regex\nprint("now", flush=True)\nwhile True: pass',
    began: true,
  },
];

it.for(PHASES)(
  'a run cancelled while $phase: the next run has the state that the result told',
  { timeout: LONG_MS },
  async ({ at, stalls = false, code = USES_REGEX, packages = [], began = false }, context) => {
    const mirror = { stalls };
    const stop = new AbortController();
    const happened: string[] = [];
    const note = (what: string): void => {
      happened.push(what);
      if (what === at && isOn) stop.abort();
    };
    let isOn = false;
    const url = await stallingMirror(await testWheels(context), () => mirror.stalls, note);
    const { service, store } = await openStore(url);
    const sandbox = nodeSandbox({ packages: service, launcher: tellingLauncher(note) });
    onTestFinished(() => sandbox.dispose());
    await sandbox.run({ code: 'x = 1', session: 's' });
    isOn = true;
    const cancelled = await sandbox.run(
      { code, packages, session: 's', timeoutMs: LONG_MS },
      { signal: stop.signal, onOutput: () => note('its code printed') },
    );
    // The mirror stalls still: the run did not wait for it.
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      error: {
        type: 'Cancelled',
        message: expect.stringMatching(began ? /^the run was cancelled/u : /before it began$/u) as string,
      },
    });
    if (!began) expect(happened.at(-1)).toBe(at);
    mirror.stalls = false;
    const next = await sandbox.run({
      ...{ code: `${USES_REGEX}, "x" in globals()`, packages, session: 's', timeoutMs: LONG_MS },
    });
    const wasKept = cancelled.session.state === 'kept';
    expect(next).toMatchObject({
      status: 'ok',
      value: { json: [true, wasKept] },
      session: { state: 'kept' },
    });
    if (!began) expect(wasKept).toBe(true);
    expect((await store.verify()).damaged).toEqual([]);
  },
);

it(
  'a run cancelled while an image is handed over: the next run has it',
  { timeout: LONG_MS },
  async (context) => {
    let at = '';
    let stop = new AbortController();
    const note = (what: string): void => {
      if (what === at) stop.abort();
    };
    const { service, store } = await openStore(await testWheels(context));
    const sandbox = nodeSandbox({
      packages: service,
      launcher: tellingLauncher(note),
      dataDir: emptyFolder(),
    });
    onTestFinished(() => sandbox.dispose());
    const run = async (cancelAt: string): Promise<unknown> => {
      // In a process of its own.
      await sandbox.stop();
      [at, stop] = [cancelAt, new AbortController()];
      const code = 'import numpy\nint(numpy.arange(5).sum())';
      const { session, status, value } = await sandbox.run(
        { code, timeoutMs: LONG_MS },
        { signal: stop.signal },
      );
      return [status, session.state, value?.text];
    };
    const cancelled = ['cancelled', 'reset', undefined];
    const done = ['ok', 'reset', '10'];
    expect(await run('')).toEqual(done);
    await sandbox.makeSnapshots(new AbortController().signal);
    expect(await run('loadPackageSnapshot 1')).toEqual(cancelled);
    expect(await run('')).toEqual(done);
    expect((await store.verify()).damaged).toEqual([]);
  },
);
