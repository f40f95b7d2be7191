/** Packages of several runs at once, each set larger than what the process keeps, with a real process under it. */
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import type { Wheel } from '../../src/main/packages/wheel.ts';
import { fakePackages, wantedNames } from '../support/fake-packages.ts';
import { nodeSandbox } from '../support/node-sandbox.ts';
import { deferred } from '../unit/sandbox/support.ts';
import { zipOf } from '../unit/scripts/support/zip.ts';
import { MIB } from '../../src/shared/units.ts';

/** Far more than it takes on a slow machine. */
const LONG_MS = 240_000;
const FILES = 50;

/** 200 MiB unpacked: two of them are more than is kept. */
const bigPackage = (name: string): { readonly wheel: Wheel; readonly archive: Uint8Array } => {
  const archive = zipOf([
    { name: `${name}/__init__.py`, contents: `name = ${JSON.stringify(name)}` },
    ...Array.from({ length: FILES }, (_, index) => ({
      name: `${name}/${index}.bin`,
      contents: Buffer.alloc(4 * MIB, `${name} ${index}\n`),
      deflated: true,
    })),
  ]);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const wheel: Wheel = {
    name,
    version: '1.0',
    fileName: `${name}-1.0-py3-none-any.whl`,
    sha256,
    bytes: archive.length,
    kind: 'wheel',
    imports: [name],
    origin: 'lock',
  };
  return { wheel, archive };
};

const packages = new Map(['a', 'b', 'c', 'd'].map((name) => [name, bigPackage(name)]));
const firstIsDone = deferred();
const provider = fakePackages({
  obtain: async (wants) =>
    wantedNames(wants)
      .map((name) => packages.get(name)?.wheel)
      .filter((wheel) => wheel !== undefined),
  read: async ({ name }) => {
    // So the other's first package is there, and in the way, when the first run takes its two.
    if (name === 'd') await firstIsDone.promise;
    return packages.get(name)?.archive ?? new Uint8Array();
  },
});

const sandbox = nodeSandbox({ packages: provider, memoryMiB: 1024 });
afterAll(() => sandbox.dispose());

const check = (...names: string[]): string => `
import importlib
from pathlib import Path
sound = []
for name in ${JSON.stringify(names)}:
    folder = Path(importlib.import_module(name).__file__).parent
    for index in range(0, ${FILES}, 7):
        line = f"{name} {index}\\n".encode()
        content = (folder / f"{index}.bin").read_bytes()
        sound.append(content == (line * (len(content) // len(line) + 1))[: ${4 * MIB}])
(len(sound), all(sound))
`;

it(
  'packages installed by two runs at once are complete in both, and in later runs',
  { timeout: LONG_MS },
  async () => {
    const run = async (session: string, ...names: string[]): Promise<unknown> => {
      const {
        error,
        packages: installed,
        value,
      } = await sandbox.run({
        ...{ code: check(...names), packages: names, session, timeoutMs: LONG_MS },
      });
      return error ?? [value?.text, [...installed].sort()];
    };
    const sound = '(16, True)';
    const other = run('other', 'c', 'd');
    const one = run('one', 'a', 'b').finally(firstIsDone.resolve);
    expect(await Promise.all([one, other])).toEqual([
      [sound, ['a', 'b']],
      [sound, ['c', 'd']],
    ]);
    expect(await run('third', 'a', 'c')).toEqual([sound, ['a', 'c']]);
  },
);
