/** A wheel of the right hash with a file in it that can't be unpacked, with a real process under it. */
import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import type { Wheel } from '../../src/main/packages/wheel.ts';
import { fakePackages } from '../support/fake-packages.ts';
import { nodeSandbox } from '../support/node-sandbox.ts';
import { zipOf } from '../unit/scripts/support/zip.ts';

const LONG_MS = 120_000;

const archive = zipOf([
  { name: 'odd/data.txt', contents: 'not compressed at all' },
  { name: 'odd/__init__.py', contents: 'place = __path__[0] + "/data.txt"' },
]);
// Its first file says that it is compressed.
archive.writeUInt16LE(8, archive.indexOf('PK\u0001\u0002') + 10);

const wheel: Wheel = {
  name: 'odd',
  version: '1.0',
  fileName: 'odd-1.0-py3-none-any.whl',
  sha256: createHash('sha256').update(archive).digest('hex'),
  bytes: archive.length,
  kind: 'wheel',
  imports: ['odd'],
  origin: 'lock',
};

const sandbox = nodeSandbox({
  packages: fakePackages({
    obtain: async () => [wheel],
    read: async () => archive,
    providersOf: () => new Map([['odd', { name: 'odd', isVouchedFor: true }]]),
  }),
});
afterAll(() => sandbox.dispose());

it(
  'reading a file of a damaged wheel is an ordinary error, and the interpreter goes on',
  { timeout: LONG_MS },
  async () => {
    const first = await sandbox.run({
      code: 'import odd\nopen(odd.place).read()',
      packages: ['odd'],
      session: 's',
      timeoutMs: LONG_MS,
    });
    expect(first).toMatchObject({
      status: 'error',
      packages: ['odd'],
      error: { type: 'OSError', message: '[Errno 29] I/O error' },
      session: { state: 'kept' },
    });
    const second = await sandbox.run({ code: 'odd.place', session: 's', timeoutMs: LONG_MS });
    expect(second.value?.text).toMatch(/odd\/data\.txt$/u);
  },
);
