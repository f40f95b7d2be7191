/** Electron is not started: what it would be asked for is told by stand-ins. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Session } from 'electron';
import { expect, it, vi } from 'vitest';
import type { Sandbox } from '../../../../src/main/library/api/api.ts';
import { registerInterpreter } from '../../../../src/main/library/pages/register-electron-interpreter.ts';
import type { PreloadSession } from '../../../../src/main/library/pages/register-preload.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

vi.mock('electron', () => ({}));
vi.mock(import('../../../../src/main/library/require-electron.ts'), () => ({
  requireElectron: () => undefined,
}));

/** Five of the interpreter, and those of its settings. */
const CHANNELS = 13;

/** Refuses a channel that is answered already, as Electron does. */
class Channels {
  readonly answered = new Set<string>();

  handle(channel: string): void {
    if (this.answered.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.answered.add(channel);
  }

  removeHandler(channel: string): void {
    this.answered.delete(channel);
  }
}

const sandboxIn = (assetsDir: string): Sandbox => ({ assetsDir }) as Sandbox;

const putPreload = (folder: string): string => {
  const file = path.join(folder, 'lib', 'registered-preload.cjs');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
};

const place = () => {
  const folder = temporaryFolder();
  const channels = new Channels();
  const preloads = {
    registerPreloadScript: vi.fn<NonNullable<PreloadSession['registerPreloadScript']>>(() => 'id-1'),
    unregisterPreloadScript: vi.fn<NonNullable<PreloadSession['unregisterPreloadScript']>>(),
  };
  const register = () =>
    registerInterpreter({
      sandbox: sandboxIn(folder),
      ipcMain: channels,
      session: preloads as unknown as Session,
    });
  return { folder, channels, preloads, register };
};

it("adds the preload from the sandbox's own folder, and undoes everything when disposed of", () => {
  const { channels, folder, preloads, register } = place();
  const filePath = putPreload(folder);
  const registered = register();
  expect(preloads.registerPreloadScript).toHaveBeenCalledExactlyOnceWith({ type: 'frame', filePath });
  expect(channels.answered.size).toBe(CHANNELS);
  registered.dispose();
  expect(preloads.unregisterPreloadScript).toHaveBeenCalledExactlyOnceWith('id-1');
  expect(channels.answered.size).toBe(0);
});

it('leaves no channel registered when there is no preload, so that the next attempt succeeds', () => {
  const { channels, folder, register } = place();
  expect(register).toThrow(
    expect.objectContaining({
      code: 'assets-missing',
      message: expect.stringContaining(path.join(folder, 'lib')) as string,
    }),
  );
  expect(channels.answered.size).toBe(0);
  putPreload(folder);
  register();
  expect(channels.answered.size).toBe(CHANNELS);
});

it('leaves no channel registered when the session refuses the preload', () => {
  const { channels, folder, preloads, register } = place();
  putPreload(folder);
  preloads.registerPreloadScript.mockImplementationOnce(() => {
    throw new Error('refused');
  });
  expect(register).toThrow('refused');
  expect(channels.answered.size).toBe(0);
  register();
  expect(channels.answered.size).toBe(CHANNELS);
});

it('unregisters its channels, and adds no preload, when a channel already has another handler', () => {
  const { channels, folder, preloads, register } = place();
  putPreload(folder);
  channels.handle('code-pyodide-clear-cache');
  expect(register).toThrow(expect.objectContaining({ code: 'channel-taken' }));
  expect([...channels.answered]).toEqual(['code-pyodide-clear-cache']);
  expect(preloads.registerPreloadScript).not.toHaveBeenCalled();
});
