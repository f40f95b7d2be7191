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

describe('a file that was written anew while it is mapped', () => {
  it.each([
    ['keeps what was written', 'open("f", "wb").write(b"NEW")\nmapped.flush()\nmapped.close()', 'NEW'],
    [
      'has the bytes that were changed in memory since, and no others',
      'open("f", "wb").write(b"NEW")\nmapped[2:] = b"w"\nmapped.flush()',
      'NEw',
    ],
    [
      'does not get what was in memory before',
      'mapped[:] = b"mem"\nopen("f", "wb").write(b"NEW")\nmapped.close()',
      'NEW',
    ],
    ['does not grow again', 'open("f", "wb").write(b"N")\nmapped[:] = b"new"\nmapped.close()', 'n'],
    ['is empty where nothing was written', 'open("f", "wb").close()\nmapped[:] = b"new"\nmapped.close()', ''],
    [
      'is written again where it was cut and made longer',
      'os.truncate("f", 1)\nos.truncate("f", 3)\nmapped[2:] = b"!"\nmapped.flush()',
      'o\0!',
    ],
    [
      'is another file by the same name',
      'open("g", "wb").write(b"NEW")\nos.replace("g", "f")\nmapped[:] = b"new"\nmapped.close()',
      'NEW',
    ],
  ])('%s', async (_what, code, text) => {
    expect(await valueOf(`${MAPPED}${code}\n${TEXT}`)).toBe(text);
  });

  it('keeps it in a later run, and at the end of each', async () => {
    await valueOf(`${MAPPED}mapped[:] = b"mem"`);
    await valueOf('with open("f", "wb") as file: _ = file.write(b"NEW")');
    expect(await valueOf(TEXT)).toBe('NEW');
    await valueOf('mapped.close()');
    expect(await valueOf(TEXT)).toBe('NEW');
  });

  it('is written in its parts that differ, from where it is mapped', async () => {
    const code = `
import mmap, os
size = mmap.ALLOCATIONGRANULARITY
with open("parts", "wb") as file: _ = file.write(bytes(size) + b"a" * 20_001)
with open("parts", "r+b") as file: mapped = mmap.mmap(file.fileno(), 0, offset=size)
mapped[0] = mapped[9_000] = mapped[20_000] = 98
with open("parts", "r+b") as file:
    _ = file.seek(size + 5_000), file.write(b"x"), file.seek(size + 9_001), file.write(b"y")
mapped.flush()
found = open("parts", "rb").read()[size:]
[len(found), [index for index, byte in enumerate(found) if byte != 97], bytes(sorted(set(found))).decode()]`;
    expect(await valueOf(code)).toEqual([20_001, [0, 5000, 9000, 9001, 20_000], 'abxy']);
  });

  it('is not touched by a flush that has nothing to bring', async () => {
    const code = 'os.utime("f", (1, 1))\nmapped.flush()\nmapped.close()\nos.stat("f").st_mtime';
    expect(await valueOf(MAPPED + code)).toBe(1);
  });
});
