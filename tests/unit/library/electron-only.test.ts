import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { isTrustedDocument } from '../../../src/main/library/pages/trusted-document.ts';
import { addPreload, type PreloadSession } from '../../../src/main/library/pages/register-preload.ts';
import { requireElectron } from '../../../src/main/library/require-electron.ts';

describe('the check for a supported Electron', () => {
  it.each<[string, string, NodeJS.ProcessVersions | object, string | undefined]>([
    ['not-electron', 'vivarium/node', {}, undefined],
    ['not-electron', 'registerInterpreter', { electron: '45.4.1' }, 'renderer'],
    ['not-electron', '"unknown"', { electron: '45.4.1' }, undefined],
    ['unsupported-electron', 'Electron 32.3.0', { electron: '32.3.0' }, 'browser'],
    ['unsupported-electron', 'Electron 9.0.0', { electron: '9.0.0' }, 'browser'],
  ])('gives %s, and names %s', (code, named, versions, type) => {
    expect(() => requireElectron(versions, type)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(named) as string }),
    );
  });

  it.each(['33.2.1', '45.4.1', '100.0.0-beta.1'])('accepts Electron %s', (electron) => {
    expect(() => requireElectron({ electron }, 'browser')).not.toThrow();
  });
});

describe('a page that may ask', () => {
  const folder = process.platform === 'win32' ? 'C:\\apps\\mine' : '/apps/mine';
  const file = (path: string): string => `${pathToFileURL(folder).href}${path}`;
  const own = (url: string, isPackaged = true): boolean =>
    isTrustedDocument(url, { appFolder: folder, isPackaged });

  it('is a file of the app', () => {
    expect(
      [file('/index.html'), file('/out/page.html?a=1#b'), file('/..data/x.html')].map((url) => own(url)),
    ).toEqual([true, true, true]);
  });

  it('is no other document', () => {
    const others = [
      file('/../theirs/index.html'),
      file('-too/index.html'),
      file('/%2e%2e/theirs/index.html'),
      file('/%2f..%2f../etc/passwd'),
      file(''),
      'file://server/apps/mine/index.html',
      'https://example.org/apps/mine/index.html',
      'http://localhost:5173/',
      'app://mine/index.html',
      'data:text/html,x',
      'about:blank',
      '',
      'nonsense',
    ];
    expect(others.filter((url) => own(url))).toEqual([]);
  });

  it('may come from a server on this computer while the app is developed', () => {
    expect(
      ['http://localhost:5173/', 'http://127.0.0.1:1/', 'http://[::1]:5173/x'].map((url) => own(url, false)),
    ).toEqual([true, true, true]);
    const far = [
      'http://localhost.example.org/',
      'http://localhost@example.org/',
      'https://localhost/',
      'http://10.0.0.1/',
    ];
    expect(far.filter((url) => own(url, false))).toEqual([]);
  });
});

describe('the preload', () => {
  it('is registered with the session in Electron 35 and later, and taken out again', () => {
    const session = {
      registerPreloadScript: vi.fn<NonNullable<PreloadSession['registerPreloadScript']>>(() => 'id-1'),
      unregisterPreloadScript: vi.fn(),
      setPreloads: vi.fn(),
    };
    const remove = addPreload(session, '/ours.cjs');
    expect(session.registerPreloadScript).toHaveBeenCalledWith({ type: 'frame', filePath: '/ours.cjs' });
    remove();
    expect(session.unregisterPreloadScript).toHaveBeenCalledWith('id-1');
    expect(session.setPreloads).not.toHaveBeenCalled();
  });

  it("is added to the app's own preloads in older versions", () => {
    let preloads = ['/theirs.js'];
    const session = {
      getPreloads: () => preloads,
      setPreloads: (files: string[]) => {
        preloads = files;
      },
    };
    const remove = addPreload(session, '/ours.cjs');
    addPreload(session, '/ours.cjs');
    expect(preloads).toEqual(['/theirs.js', '/ours.cjs']);
    preloads.push('/later.js');
    remove();
    expect(preloads).toEqual(['/theirs.js', '/later.js']);
  });
});
