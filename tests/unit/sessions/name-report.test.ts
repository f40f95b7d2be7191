import { describe, expect, it } from 'vitest';
import { readNameReport } from '../../../src/main/sessions/name-report.ts';
import { NameKind, NameReport } from '../../../src/shared/protocol/name-reports.ts';

const report = (name: string, kind: NameKind): object => ({
  kind: 'names',
  names: [[name, kind]],
  isCut: false,
});
const isRead = async (name: string, kind: NameKind): Promise<boolean> =>
  (await readNameReport(new TextEncoder().encode(JSON.stringify(report(name, kind))))) !== null;

const isText = (kind: NameKind): boolean => kind === 'column' || kind === 'key';
const NAMES = NameKind.options.filter((kind) => !isText(kind));
const TEXTS = NameKind.options.filter(isText);

describe('a report of names', () => {
  it.each(NAMES)('has identifiers for each %s', async (kind) => {
    for (const name of ['a', '_b1', 'größe', 'データ', 'µ', '__init__'])
      expect(await isRead(name, kind), name).toBe(true);
    for (const name of ['', '1a', 'a b', 'a()', 'a\nimport os', 'a;b', 'a\u200Bb', 'a\u202Eb', '"'])
      expect(await isRead(name, kind), name).toBe(false);
  });

  it('has packages with dots among modules', async () => {
    for (const name of ['os', 'os.path', 'a.b.c']) expect(await isRead(name, 'module'), name).toBe(true);
    for (const name of ['.os', 'os.', 'a..b', 'a.1', 'a.b c'])
      expect(await isRead(name, 'module'), name).toBe(false);
    expect(await isRead('a.b', 'variable')).toBe(false);
  });

  it.each(TEXTS)('has any visible text for each %s', async (kind) => {
    for (const name of ['a b', `it's "x"`, 'a\\b', 'größe in m²', '😀', 'می‌خواهم', '', '[0];()#'])
      expect(await isRead(name, kind), name).toBe(true);
    for (const code of [0, 9, 10, 13, 27, 0x7f, 0x85, 0x2028, 0x2029, 0x202e, 0x2066, 0x200f, 0x61c]) {
      expect(await isRead(`a${String.fromCodePoint(code)}b`, kind), code.toString(16)).toBe(false);
    }
    // Half of a character.
    expect(NameReport.safeParse(report('a\uD800', kind)).success).toBe(false);
  });
});
