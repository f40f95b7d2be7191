/** Files that are mapped into memory: what is written there is in the file, and in no other. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startGuest, type Guest } from './guest.ts';

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
}, 60_000);

const valueOf = async (code: string): Promise<unknown> => {
  const { error, value } = await guest.run(code);
  expect(error).toBeNull();
  return value?.json;
};

const MAPPED = `
import mmap, os
open("f", "wb").write(b"old")
with open("f", "r+b") as file:
    mapped = mmap.mmap(file.fileno(), 0)
`;
const TEXT = 'open("f").read()';

describe('a mapped file', () => {
  it.each([
    ['is written by flush() after the file was closed', 'mapped[:] = b"new"\nmapped.flush()', 'new'],
    ['is written as it is closed', 'mapped[:] = b"new"\nmapped.close()', 'new'],
    ['is written as it is let go', 'mapped[:] = b"new"\ndel mapped', 'new'],
    [
      'is written where its descriptor is now that of another file',
      'other = open("other", "wb")\nmapped[:] = b"new"\nmapped.close()\nother.close()\nassert open("other").read() == ""',
      'new',
    ],
    [
      'is written where it was renamed',
      'os.rename("f", "g")\nmapped[:] = b"new"\nmapped.close()\nos.rename("g", "f")',
      'new',
    ],
    [
      'is left alone by a copy of it',
      'mapped.close()\nwith open("f", "r+b") as file:\n    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)\nmapped[:] = b"new"\nmapped.close()',
      'old',
    ],
    [
      'can be read alone',
      'mapped.close()\nwith open("f", "rb") as file:\n    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\nassert mapped[:] == b"old"\nmapped.close()',
      'old',
    ],
  ])('%s', async (_what, code, text) => {
    expect(await valueOf(`${MAPPED}${code}\n${TEXT}`)).toBe(text);
  });

  it('can be mapped many times', async () => {
    const code = `
for number in range(5000):
    with open("f", "r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        mapped[:] = b"%03d" % (number % 1000)
${TEXT}`;
    expect(await valueOf(MAPPED + code)).toBe('999');
  });
});
