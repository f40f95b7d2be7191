import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/shared/limits.ts';
import { InputFile, RunRequest, SessionName } from '../../../src/shared/contract/run.ts';
import { workspaceNameProblem } from '../../../src/shared/contract/workspace-path.ts';

describe('workspace names', () => {
  it.each([
    'a',
    'data.csv',
    'in/data.csv',
    'ä/😀.txt',
    '...',
    '.hidden',
    'a b',
    'a..b',
    'x'.repeat(255),
    'CON',
    '-rf',
  ])('allow %j', (name) => expect(workspaceNameProblem(name)).toBeNull());

  it.each([
    '',
    '/',
    '/etc/passwd',
    '//x',
    '..',
    '../x',
    'a/../b',
    'a/..',
    '.',
    './a',
    'a/.',
    'a//b',
    'a/',
    '\\',
    '..\\x',
    'C:\\x',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    '\x7f',
    '\x85',
    '\ud800',
    'a\udc00',
    '\udc00\ud800',
    'x'.repeat(256),
    '/'.repeat(300),
  ])('refuse %j', (name) => {
    expect(workspaceNameProblem(name)).not.toBeNull();
    expect(InputFile.safeParse({ name, bytes: new Uint8Array() }).success).toBe(false);
  });
});

const accepts = (request: object): boolean => RunRequest.safeParse({ code: '', ...request }).success;
const files = (...names: string[]): object => ({
  files: names.map((name) => ({ name, bytes: new Uint8Array() })),
});
/** Claims a size without having it. */
const claiming = (byteLength: number): Uint8Array =>
  Object.defineProperty(new Uint8Array(), 'byteLength', { value: byteLength });

describe('run requests', () => {
  it.each([
    ['x'.repeat(LIMITS.codeBytes), true],
    ['x'.repeat(LIMITS.codeBytes + 1), false],
    ['é'.repeat(LIMITS.codeBytes / 2), true],
    ['é'.repeat(LIMITS.codeBytes / 2 + 1), false],
    ['😀'.repeat(LIMITS.codeBytes / 4), true],
    ['😀'.repeat(LIMITS.codeBytes / 4) + 'x', false],
    ['\ud800'.repeat(Math.floor(LIMITS.codeBytes / 3)), true],
    ['\ud800'.repeat(Math.ceil(LIMITS.codeBytes / 3)), false],
  ])('count code in bytes of UTF-8 (%#)', (code, fine) => expect(accepts({ code })).toBe(fine));

  it.each([
    [99, false],
    [100, true],
    [86_400_000, true],
    [86_400_001, false],
    [100.5, false],
    [NaN, false],
    [Infinity, false],
  ])('with a time limit of %s', (timeoutMs, fine) => expect(accepts({ timeoutMs })).toBe(fine));

  it.each([
    ['a', true],
    ['a.b-c_1', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['a/b', false],
    ['ä', false],
    ['a\n', false],
    ['a b', false],
  ])('with session %j', (session, fine) => expect(SessionName.safeParse(session).success).toBe(fine));

  it.each([
    [files('a', 'b'), true],
    [files('a', 'a'), false],
    [files('a', 'a/b'), false],
    [files('a/b/c', 'a'), false],
    [files('a/b', 'a/b/c/d'), false],
    [files('a/b', 'a/c', 'ab', 'a.b/c'), true],
    [files(...Array.from({ length: 256 }, (_, index) => `f${index}`)), true],
    [files(...Array.from({ length: 257 }, (_, index) => `f${index}`)), false],
    [{ files: [{ name: 'a', bytes: claiming(LIMITS.fileBytes) }] }, true],
    [{ files: [{ name: 'a', bytes: claiming(LIMITS.fileBytes + 1) }] }, false],
    [{ files: ['a', 'b', 'c'].map((name) => ({ name, bytes: claiming(100 * 2 ** 20) })) }, false],
    [{ files: [{ name: 'a', bytes: [1] }] }, false],
  ])('with files (%#)', (request, fine) => expect(accepts(request)).toBe(fine));
});
