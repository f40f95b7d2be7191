import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  configurationFiles,
  optionsOf,
  readPipIndex,
  type PipEnvironment,
} from '../../../../src/main/packages/index/pip-configuration.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';

const FIRST = 'https://first.invalid/simple';
const SECOND = 'https://second.invalid/simple';

/** A computer with nothing but these files below its home. */
const computer = (
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): PipEnvironment & { readonly at: (name: string) => string } => {
  const home = temporaryFolder();
  const at = (name: string): string => path.join(home, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
  // What the machine that runs the tests is configured for does not count.
  return { at, home, platform: 'linux', environment: { XDG_CONFIG_DIRS: at('machine'), ...environment } };
};

const indexIn = (address: string): string => `[global]\nindex-url = ${address}\n`;

describe('which index pip asks', () => {
  test("is in the user's file, and the file is named", async () => {
    const one = computer({ '.config/pip/pip.conf': indexIn(FIRST) });
    expect(await readPipIndex(one)).toEqual({
      kind: 'index',
      address: FIRST,
      place: one.at('.config/pip/pip.conf'),
    });
  });

  test.each([
    ["the user's own file over the machine's", 'machine/pip/pip.conf', '.config/pip/pip.conf', {}],
    ['the new place over the old one', '.pip/pip.conf', '.config/pip/pip.conf', {}],
    ['a virtual environment over the user', '.config/pip/pip.conf', 'venv/pip.conf', { VIRTUAL_ENV: 'venv' }],
    [
      'PIP_CONFIG_FILE over all',
      'venv/pip.conf',
      'own.ini',
      { VIRTUAL_ENV: 'venv', PIP_CONFIG_FILE: 'own.ini' },
    ],
    ['XDG_CONFIG_HOME', '.pip/pip.conf', 'xdg/pip/pip.conf', { XDG_CONFIG_HOME: 'xdg' }],
  ])('%s', async (_what, loses, wins, variables) => {
    const one = computer({ [loses]: indexIn(FIRST), [wins]: indexIn(SECOND) });
    const given = Object.fromEntries(Object.entries(variables).map(([name, file]) => [name, one.at(file)]));
    const environment = { ...one.environment, ...given };
    expect(await readPipIndex({ ...one, environment })).toMatchObject({
      address: SECOND,
      place: one.at(wins),
    });
  });

  test('PIP_INDEX_URL over every file', async () => {
    const one = computer({ '.pip/pip.conf': indexIn(FIRST) }, { PIP_INDEX_URL: SECOND });
    expect(await readPipIndex(one)).toEqual({ kind: 'index', address: SECOND, place: 'PIP_INDEX_URL' });
  });

  test('[install] of any file over [global] of any file, as with pip', async () => {
    const one = computer({
      'machine/pip/pip.conf': `[install]\nindex-url=${SECOND}\n`,
      '.pip/pip.conf': indexIn(FIRST),
    });
    expect(await readPipIndex(one)).toMatchObject({ address: SECOND });
  });

  test("with PIP_CONFIG_FILE, the user's own files do not count; with /dev/null none does", async () => {
    const one = computer({ '.pip/pip.conf': indexIn(FIRST), 'own.ini': '[global]\ntimeout = 3\n' });
    const withFile = (PIP_CONFIG_FILE: string): PipEnvironment => ({
      ...one,
      environment: { ...one.environment, PIP_CONFIG_FILE },
    });
    expect(await readPipIndex(withFile(one.at('own.ini')))).toEqual({ kind: 'unset' });
    expect(await readPipIndex(withFile(one.at('missing.ini')))).toMatchObject({ address: FIRST });
    expect(await readPipIndex(withFile('/dev/null'))).toEqual({ kind: 'unset' });
  });

  test('with no-index, there is no index', async () => {
    const one = computer({ '.pip/pip.conf': `${indexIn(FIRST)}no_index = Yes\n` });
    expect(await readPipIndex(one)).toEqual({ kind: 'none', place: one.at('.pip/pip.conf') });
    const again = { ...one, environment: { ...one.environment, PIP_NO_INDEX: '0' } };
    expect(await readPipIndex(again)).toMatchObject({ address: FIRST });
  });

  test('a folder, a damaged file or an endless device in the place of a file is ignored', async () => {
    const one = computer({
      '.pip/pip.conf/x': '',
      '.config/pip/pip.conf': `${indexIn(FIRST)}${'#'.repeat(2 * 1024 * 1024)}`,
      'machine/pip/pip.conf': '\u0000\uFFFF[[[\n=\n',
    });
    expect(await readPipIndex(one)).toEqual({ kind: 'unset' });
  });

  test('is looked for where Windows and macOS have it', async () => {
    const home = 'C:\\Users\\a';
    const environment = { APPDATA: 'C:\\Roaming', PROGRAMDATA: 'C:\\Data', VIRTUAL_ENV: 'C:\\v' };
    expect(await configurationFiles({ environment, platform: 'win32', home })).toEqual([
      'C:\\Data\\pip\\pip.ini',
      'C:\\Users\\a\\pip\\pip.ini',
      'C:\\Roaming\\pip\\pip.ini',
      'C:\\v\\pip.ini',
    ]);
    const mac = computer({ 'Library/Application Support/pip/pip.conf': '' });
    expect(await configurationFiles({ ...mac, platform: 'darwin' })).toEqual([
      '/Library/Application Support/pip/pip.conf',
      mac.at('.pip/pip.conf'),
      mac.at('Library/Application Support/pip/pip.conf'),
    ]);
  });
});

describe('the form of the file', () => {
  test.each([
    ['a colon', '[global]\nindex-url: https://a.invalid/x'],
    ['other spelling and CRLF', '[global]\r\nIndex_URL=https://a.invalid/x \r\n'],
    ['indented options', '[global]\n  timeout = 60\n  index-url = https://a.invalid/x'],
    [
      'a list before it',
      '[global]\nfind-links =\n    /a\n    index-url = /b\nindex-url = https://a.invalid/x',
    ],
    [
      'comments',
      '; index-url = x\n[global]\n# index-url = y\nindex-url = https://a.invalid/x\n[other]\nindex-url=z',
    ],
  ])('%s', (_what, text) => {
    expect(optionsOf(text).global.get('index-url')).toBe('https://a.invalid/x');
  });

  test('keeps characters that begin a comment elsewhere', () => {
    expect(optionsOf('[global]\nindex-url = https://u:p;%23q@a.invalid/x').global.get('index-url')).toBe(
      'https://u:p;%23q@a.invalid/x',
    );
  });
});
