import { expect, test } from 'vitest';
import { missingLibraries, parseMissingLibraries } from '../../../scripts/provision/shared-libraries.ts';
import { smallElectron } from './support/small-electron.ts';

const LDD = `\tlinux-vdso.so.1 (0x00007ffd)
\tlibffmpeg.so => /opt/electron/libffmpeg.so (0x00007f00)
\tlibgtk-3.so.0 => not found
\tlibasound.so.2 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f01)
\tlibgtk-3.so.0 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f02)
`;

test('libraries that are not found are named, each once', () => {
  expect(parseMissingLibraries(LDD)).toEqual(['libgtk-3.so.0', 'libasound.so.2']);
});

test.each([
  [
    'an old C library',
    { code: 1, stdout: '', stderr: "electron: version `GLIBC_2.38' not found (required by electron)" },
    'GLIBC_2.38',
  ],
  [
    'another C library',
    { code: 1, stdout: '', stderr: 'Not a valid dynamic program' },
    'not the GNU C library',
  ],
])('%s cannot be mended by packages', async (_name, result, said) => {
  const machine = { ...smallElectron().machine, run: () => Promise.resolve(result) };
  await expect(missingLibraries(machine, '/opt/electron/electron')).rejects.toThrow(said);
});
