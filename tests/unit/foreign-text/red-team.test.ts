/** Texts that were found to block main for seconds to hours, and their neighbours: each is answered within the budget. */
import { describe, expect, test } from 'vitest';
import { markerEnvironment } from '../../../src/main/packages/resolve/markers.ts';
import { parseRequirement } from '../../../src/main/packages/resolve/requirement.ts';
import { scriptDependencies } from '../../../src/main/packages/resolve/script-metadata.ts';
import { entryFromWheel } from '../../../src/main/packages/resolve/wheel-metadata.ts';
import { readIndexPage } from '../../../src/main/packages/sources/index-page.ts';
import { checkFiles } from '../../../src/main/run/reported-files.ts';
import { ReportError, RunCollector } from '../../../src/main/run/run-collector.ts';
import { inPieces } from '../../../src/main/foreign-text/yielder.ts';
import { PIECE_BYTES } from '../../../src/shared/protocol/interpreter.ts';
import { zipOf } from '../scripts/support/zip.ts';
import { BUDGET_MS, longestStall } from './stall.ts';

const environment = markerEnvironment('3.14.2');
const blanks = (count: number): string => ' '.repeat(count);

describe('a script block names what is no requirement', () => {
  test.each([
    ['blanks before @', `a${blanks(500)}@`],
    ['blanks before a semicolon', `a${blanks(500)};`],
    ['tabs between extras and versions', `a[b]${'\t'.repeat(480)}>=1 @`],
    ['blanks within brackets', `a[${blanks(500)}`],
  ])('%s', async (_what, stated) => {
    const code = `# /// script\n# dependencies = [${`${JSON.stringify(stated)},`.repeat(50)}]\n# ///`;
    const read = async (): Promise<unknown[]> =>
      (await scriptDependencies(code)).map((text) => {
        try {
          return parseRequirement(text, environment);
        } catch (error) {
          return error;
        }
      });
    expect(await read()).toHaveLength(50);
    expect(await longestStall(read)).toBeLessThan(BUDGET_MS);
  });
});

describe('METADATA of a wheel has a line', () => {
  test.each([
    ['of blanks, with a separator of lines', `A:${blanks(100_000)}x\u2028y`],
    ['of tabs, with a carriage return', `A:${'\t'.repeat(1_000_000)}x\ry`],
    ['of blanks without a name', `${blanks(2_000_000)}:x\u2029`],
    ['of one name without an end', `${'A'.repeat(2_000_000)}\u2028:`],
  ])('%s', async (_what, line) => {
    const metadata = `Metadata-Version: 2.1\nName: a\nVersion: 1.0\n${line}\n`;
    const bytes = zipOf([{ name: 'a-1.0.dist-info/METADATA', contents: metadata, deflated: true }]);
    const wheel = { name: 'a', version: '1.0', fileName: 'a-1.0-py3-none-any.whl', sha256: 'a'.repeat(64) };
    const read = (): Promise<unknown> => entryFromWheel(wheel, bytes, environment);
    expect(await longestStall(read)).toBeLessThan(BUDGET_MS);
  });
});

describe('a report', () => {
  const nothing = { onOutput: () => undefined, onDisplay: () => undefined, onInput: () => undefined };
  const deep = '['.repeat(4_000_000) + ']'.repeat(4_000_000);
  const rest = '"files":[],"truncated":false';
  test.each([
    ['nested in its error', `{"value":null,"error":${deep},${rest}}`],
    ['nested in its files', `{"value":null,"error":1,"files":${deep},"truncated":false}`],
    ['with objects in objects', `{"value":{"text":${'{"a":'.repeat(500_000)}`],
    ['of unknown keys', `{"value":null,"error":null,${rest},"x":${deep}}`],
  ])('%s is refused', async (_what, text) => {
    const bytes = new TextEncoder().encode(text);
    const read = async (): Promise<unknown> => {
      const collector = new RunCollector(1024 * 1024, nothing);
      await inPieces(bytes, (piece) => collector.push({ channel: 'outcome', bytes: piece }), PIECE_BYTES);
      return collector.conclude({ kind: 'finished', outputCut: false, outcome: new Uint8Array() });
    };
    await expect(read()).rejects.toBeInstanceOf(ReportError);
    expect(await longestStall(read)).toBeLessThan(BUDGET_MS);
  });
});

describe('a page of an index', () => {
  test.each([
    ['with marks in its addresses', `https://x/${'#&'.repeat(1000)}`],
    ['with hashes that have no value', `https://x/#${'sha256&'.repeat(280)}`],
    ['with percent signs', `https://x/${'%'.repeat(2000)}`],
  ])('%s', async (_what, url) => {
    const page = new TextEncoder().encode(
      `<html>${`<a href="${url}">a-1-py3-none-any.whl</a>`.repeat(2000)}`,
    );
    let files = 0;
    const read = (): Promise<unknown> => readIndexPage(page, () => (files += 1));
    await read();
    expect(files).toBe(2000);
    expect(await longestStall(read)).toBeLessThan(BUDGET_MS);
  });
});

describe('the list of files', () => {
  test.each(
    [
      '../../etc/passwd',
      '/etc/shadow',
      'a\u202egnp.exe',
      'a\u2066b',
      'a\u0000b',
      'a\u009bb',
      'a\u2028b',
      'a/../b',
      'a//b',
      'a\\b',
      '\ud83d',
      '',
      'x'.repeat(100_000),
    ].map((name) => ({ name, shown: JSON.stringify(name).slice(0, 40) })),
  )('is without the name $shown, and says so', ({ name }) => {
    const real = { name: 'real.txt', size: 1, mime: 'text/plain' };
    const hostile = { name, size: 2 ** 53 - 1, mime: 'text/html\u001b]0;x\u0007' };
    for (const found of [undefined, [['real.txt', 1]] as [string, number][]]) {
      const { files, notices } = checkFiles([hostile, real], found);
      expect(files).toEqual([real]);
      expect(notices).toMatchObject([{ code: 'files-left-out' }]);
      expect(notices[0]?.message.length).toBeLessThan(1200);
      expect(notices[0]?.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }
  });

  test.each([
    [-1, 'text/plain', null],
    [2 ** 53 - 1, 'text/plain', null],
    [0.5, 'text/plain', null],
    [NaN, 'text/plain', null],
    [1, 'text/html\u001b]0;x', 'application/octet-stream'],
    [1, 'Text/HTML; charset=x', 'application/octet-stream'],
  ])('of size %d and type %j has the type %j', (size, mime, type) => {
    const { files } = checkFiles([{ name: 'a', size, mime }], undefined);
    expect(files).toEqual(type === null ? [] : [{ name: 'a', size, mime: type }]);
  });
});
