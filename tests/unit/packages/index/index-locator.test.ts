import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PackageError } from '../../../../src/main/packages/package-error.ts';
import { IndexLocator, type IndexLocatorOptions } from '../../../../src/main/packages/index/index-locator.ts';
import { indexOfMicropip } from '../../../../src/main/packages/index/micropip-index.ts';
import { temporaryFolder } from '../../scripts/support/temporary-folder.ts';
import { zipOf } from '../../scripts/support/zip.ts';

const DEFAULT = 'https://default.invalid/simple';
const COMPANY = 'https://company.invalid/simple/';

const micropip = (source = `DEFAULT_INDEX_URLS = ["${DEFAULT}"]\n`): Uint8Array =>
  zipOf([{ name: 'micropip/package_index.py', contents: `"""Fetches."""\n${source}` }]);

interface Surroundings extends Partial<Pick<IndexLocatorOptions, 'given' | 'setting'>> {
  /** Content of pip's configuration file. */
  readonly pip?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly wheel?: Uint8Array | null;
  readonly isKept?: boolean;
}

const locator = ({
  pip = '',
  environment = {},
  wheel = micropip(),
  isKept = true,
  ...rest
}: Surroundings) => {
  const file = path.join(temporaryFolder(), 'pip.conf');
  writeFileSync(file, pip);
  return new IndexLocator({
    given: undefined,
    setting: '',
    ...rest,
    pip: {
      environment: { XDG_CONFIG_DIRS: '/nowhere', PIP_CONFIG_FILE: file, ...environment },
      platform: 'linux',
      home: '/nowhere',
    },
    micropip: {
      fetch: () =>
        wheel === null
          ? Promise.reject(new PackageError('no-source', 'no source has it'))
          : Promise.resolve(wheel),
      kept: () => Promise.resolve(isKept ? wheel : null),
    },
  });
};

const locate = (surroundings: Surroundings) => locator(surroundings).locate(new AbortController().signal);

const pip = `[global]\nindex-url = ${COMPANY}\n`;

describe('which package index is asked', () => {
  test("is the caller's, else that of the settings, else pip's, else micropip's", async () => {
    const given = 'http://given.invalid/simple/';
    const setting = 'https://set.invalid/';
    expect(await locate({ given, setting, pip })).toMatchObject({ url: given, origin: 'option' });
    expect(await locate({ setting, pip })).toMatchObject({ url: setting, origin: 'settings' });
    expect(await locate({ pip })).toMatchObject({ url: COMPANY, origin: 'pip' });
    expect(await locate({})).toMatchObject({ url: `${DEFAULT}/`, origin: 'micropip', place: null });
  });

  test("a password in pip's configuration is used and not shown", async () => {
    const one = locator({
      pip: '[global]\nindex-url = https://me:s%3Acret@company.invalid/simple?key=abc\n',
    });
    expect(await one.locate(new AbortController().signal)).toMatchObject({
      url: 'https://company.invalid/simple/?key=abc',
      authorization: `Basic ${Buffer.from('me:s:cret').toString('base64')}`,
    });
    expect(await one.inUse()).toMatchObject({ origin: 'pip', address: COMPANY });
  });

  test.each([
    ['no-index', { environment: { PIP_NO_INDEX: '1' } }, /no-index in PIP_NO_INDEX; name one with --index/u],
    [
      'a folder of pip',
      { environment: { PIP_INDEX_URL: '/secret/simple' } },
      /PIP_INDEX_URL, is not an http/u,
    ],
    ['a file address', { environment: { PIP_INDEX_URL: 'file:///secret/simple' } }, /is not an http/u],
    ['micropip that is not to be had', { wheel: null }, /micropip, which names it, could not be obtained/u],
    ['another micropip', { wheel: micropip('DEFAULT_INDEX_URLS = load()') }, /does not name it as expected/u],
    ['a wheel that is none', { wheel: new Uint8Array([1, 2]) }, /does not name it as expected/u],
  ])('%s is a clear error', async (_what, surroundings, message) => {
    const failed = locate(surroundings);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ name: 'SourceFailure' });
    await expect(failed).rejects.not.toThrow(/secret/u);
  });

  test.each(['ftp://x.invalid/', 'x.invalid', 'https://a:b@x.invalid/'])('%s is refused at once', (given) => {
    expect(() => locator({ given })).toThrow(PackageError);
    expect(() => locator({ setting: given })).toThrow(PackageError);
  });

  test('is told without asking anybody', async () => {
    expect(await locator({}).inUse()).toMatchObject({ origin: 'micropip', address: `${DEFAULT}/` });
    expect(await locator({ isKept: false }).inUse()).toMatchObject({ origin: 'micropip', address: null });
    expect(await locator({ environment: { PIP_NO_INDEX: 'yes' } }).inUse()).toEqual({
      kind: 'switched-off',
      place: 'PIP_NO_INDEX',
    });
    expect(await locator({ environment: { PIP_INDEX_URL: 'nonsense' } }).inUse()).toMatchObject({
      kind: 'unusable',
    });
  });
});

describe("micropip's default", () => {
  test.each([
    ['written out', `DEFAULT_INDEX_URLS = ["${DEFAULT}"]`, DEFAULT],
    ['by a constant', `INDEX = "${DEFAULT}"\nDEFAULT_INDEX_URLS = [INDEX]`, DEFAULT],
    ['by a constant that is not there', 'DEFAULT_INDEX_URLS = [INDEX]', null],
    ['by a constant that is set twice', `A = "${DEFAULT}"\nA = "${COMPANY}"\nDEFAULT_INDEX_URLS = [A]`, null],
    ['twice', `DEFAULT_INDEX_URLS = ["${DEFAULT}"]\nDEFAULT_INDEX_URLS = ["${COMPANY}"]`, null],
    ['several', `DEFAULT_INDEX_URLS = ["${DEFAULT}", "${COMPANY}"]`, null],
    ['without https', 'DEFAULT_INDEX_URLS = ["http://default.invalid/simple"]', null],
    ['with a password', 'DEFAULT_INDEX_URLS = ["https://a:b@default.invalid/simple"]', null],
    ['inside of something else', `    DEFAULT_INDEX_URLS = ["${DEFAULT}"]`, null],
  ])('%s', async (_what, source, expected) => {
    expect(await indexOfMicropip(micropip(source))).toBe(expected);
  });
});
