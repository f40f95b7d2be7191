/** The files of the runtime, really damaged, in a copy of the installation: nothing of them is ever executed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';
import { ElectronHost } from '../../src/main/cli/host/open-electron-host.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { checkedBinding } from '../../src/main/runtime/lockdown-binding.ts';
import { loadPythonSeries } from '../../src/main/runtime/python-series.ts';
import { loadRuntimeAssets } from '../../src/main/runtime/runtime-assets.ts';
import { DEFAULTS } from '../../src/shared/limits.ts';
import type { RunResult } from '../../src/shared/contract/run.ts';
import { RuntimeAssetName } from '../../src/shared/protocol/sidecar-protocol.ts';
import { DAMAGES, flipByte, stateBelow } from '../support/damage.ts';
import { copyOfInstallation, type Installation } from '../support/installation.ts';
import { needBinding } from '../support/binding.ts';

let copy: Installation;
let before: ReadonlyMap<string, string>;
/** Damaged by a test. */
let file: string;

beforeAll(() => {
  copy = copyOfInstallation();
  before = runtimeState();
});
afterAll(() => copy.remove());
afterEach(() => copy.restore(file));

/** Of all that the build has made. */
const runtimeState = (): Map<string, string> => new Map(stateBelow(path.join(copy.folder, 'out')));

/** Another of the runtime's files, sound in itself. */
const otherThan = (name: RuntimeAssetName): string =>
  copy.files.runtime.assets[name === 'stdlib' ? 'wasm' : 'stdlib'];

const expectRestUntouched = (): void => {
  const damaged = path.basename(file);
  const [was, is] = [before, runtimeState()].map((state) =>
    [...state].filter(([name]) => !name.split(path.sep).includes(damaged)),
  );
  expect(is).toEqual(was);
};

const CASES = RuntimeAssetName.options.flatMap((name) =>
  DAMAGES.map(({ what, apply }) => ({ name, what, apply })),
);

describe('damage is found before a file is used, and named', () => {
  it.each(CASES)('the $name, $what', async ({ name, apply }) => {
    file = copy.files.runtime.assets[name];
    apply(file, otherThan(name));
    await expect(loadRuntimeAssets(copy.files.runtime)).rejects.toThrow(
      new RegExp(
        `^the runtime file "${name}" (?:is damaged|can not be read) \\(.+\\); install Vivarium again$`,
        'u',
      ),
    );
    expectRestUntouched();
  });

  it.each(DAMAGES)('the list of runtime files, $what', async ({ apply }) => {
    file = copy.files.runtime.manifest;
    apply(file, copy.files.binding.manifest);
    await expect(loadRuntimeAssets(copy.files.runtime)).rejects.toThrow(
      /^the (?:list of runtime files|runtime file "\w+") (?:is damaged|can not be read) \(.+\); install Vivarium again$/u,
    );
    expectRestUntouched();
  });

  it.each(DAMAGES)('the package lock, $what', async ({ apply }) => {
    file = copy.files.runtime.lock;
    apply(file, copy.files.runtime.assets.stdlib);
    const message = expect.stringMatching(
      /^the package lock (?:is damaged|can not be read) \(.+\); install Vivarium again$/u,
    ) as string;
    await expect(loadPyodideLock(copy.files.runtime)).rejects.toMatchObject({ code: 'bad-lock', message });
    await expect(loadPythonSeries(copy.files.runtime)).rejects.toMatchObject({ message });
    expectRestUntouched();
  });

  it.for(DAMAGES)('the native binding of the lock-down, $what', async ({ apply }, context) => {
    needBinding(context);
    file = copy.files.binding.file ?? '';
    apply(file, copy.files.runtime.assets.stdlib);
    await expect(checkedBinding(copy.files.binding)).rejects.toThrow(
      /^the native binding of the lock-down (?:is damaged|can not be read) \(.+\); install Vivarium again$/u,
    );
    expectRestUntouched();
  });
});

describe('in Electron', () => {
  let host: ElectronHost;
  beforeAll(async () => {
    host = new ElectronHost(await installedElectron(), copy.folder);
    await host.open({ memoryMiB: DEFAULTS.memoryMiB, outputKiB: DEFAULTS.outputKiB });
  });
  afterAll(() => host.dispose());

  const run = (): Promise<RunResult> =>
    host.run({ code: '6 * 7' }, { signal: new AbortController().signal, onOutput: () => undefined });

  it.each(RuntimeAssetName.options)(
    'no process gets a damaged %s; the app goes on, and runs code once that is mended',
    async (name) => {
      file = copy.files.runtime.assets[name];
      for (const { what, apply } of DAMAGES) {
        apply(file, otherThan(name));
        const { status, error } = await run();
        expect([what, status, error?.message]).toEqual([
          what,
          'setup-failed',
          expect.stringMatching(new RegExp(`^the runtime file "${name}" .+; install Vivarium again$`, 'u')),
        ]);
        expect((await host.status()).pid).toBeNull();
        expectRestUntouched();
        copy.restore(file);
      }
      // However often it failed: the file is whole, so the next run works.
      expect(DAMAGES.length).toBeGreaterThanOrEqual(3);
      expect(await run()).toMatchObject({ status: 'ok', value: { text: '42' } });
      // Each name begins without a process.
      await host.restart();
    },
  );

  it('a process starts without the package lock, which it is not sent: runs without packages work', async () => {
    file = copy.files.runtime.lock;
    for (const { what, apply } of DAMAGES) {
      apply(file, copy.files.runtime.assets.stdlib);
      await host.restart();
      const { status, value } = await run();
      expect([what, status, value?.text]).toEqual([what, 'ok', '42']);
      copy.restore(file);
    }
    await host.restart();
  });

  it('no process starts without the native binding; runs work once that is mended', async (context) => {
    needBinding(context);
    file = copy.files.binding.file ?? '';
    for (const { what, apply } of DAMAGES) {
      apply(file, copy.files.runtime.assets.stdlib);
      const { status, error } = await run();
      expect([what, status, error?.message]).toEqual([
        what,
        'setup-failed',
        expect.stringMatching(/^the native binding of the lock-down .+; install Vivarium again$/u),
      ]);
      copy.restore(file);
    }
    expect(await run()).toMatchObject({ status: 'ok', value: { text: '42' } });
    await host.restart();
  });

  it('the command line names the damaged file and ends with 70', async () => {
    file = copy.files.runtime.assets.wasm;
    flipByte(file);
    const child = spawn(process.execPath, [path.join(copy.folder, 'out/main/cli.js'), 'run', '-c', '6 * 7'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close').then(([exitCode]) => exitCode as number | null),
    ]);
    expect([code, stdout]).toEqual([70, '']);
    expect(stderr).toMatch(/the runtime file "wasm" is damaged \(SHA-256 \w+\); install Vivarium again/u);
  });
});
