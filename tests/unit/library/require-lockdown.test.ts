import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { requireLockdown } from '../../../src/main/library/require-lockdown.ts';
import type { BindingLocations } from '../../../src/main/runtime/lockdown-binding.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

const X64 = { platform: 'linux', arch: 'x64' } as const;
const ARM64 = { platform: 'linux', arch: 'arm64' } as const;
const MAC = { platform: 'darwin', arch: 'arm64' } as const;

/** A binding as it is installed, with a build that knew those of some systems. */
const installed = (...systems: string[]): BindingLocations & { readonly file: string } => {
  const folder = temporaryFolder();
  const [manifest, file] = [path.join(folder, 'binding.json'), path.join(folder, 'koffi.node')];
  writeFileSync(file, 'native code');
  const known = systems.map((system) => [system, { sha256: '0'.repeat(64) }]);
  writeFileSync(manifest, JSON.stringify(Object.fromEntries(known)));
  return { manifest, file };
};

const unavailable = (message: RegExp): unknown =>
  expect.objectContaining({
    code: 'lockdown-unavailable',
    message: expect.stringMatching(message) as string,
  });

it.each(['supported', 'required'] as const)('%s is content with a binding that the build knew', (wish) => {
  expect(() => requireLockdown(wish, installed('linux-x64'), X64)).not.toThrow();
  expect(() => requireLockdown(wish, installed('linux-x64', 'linux-arm64'), ARM64)).not.toThrow();
});

it.each(['supported', 'required'] as const)('%s refuses a build of another architecture', (wish) => {
  for (const systems of [['linux-x64'], []]) {
    expect(() => requireLockdown(wish, installed(...systems), ARM64)).toThrow(
      unavailable(/^lockdown: .*linux arm64; build and pack it on linux arm64, or take "optional"/u),
    );
  }
});

it.each(['supported', 'required'] as const)('%s refuses to be without the binding', (wish) => {
  const { file, manifest } = installed('linux-x64');
  for (const missing of [null, `${file}.gone`]) {
    expect(() => requireLockdown(wish, { manifest, file: missing }, X64)).toThrow(
      unavailable(/koffi-linux-x64 is not there; install/u),
    );
  }
});

it('a list of bindings that can not be read is an error, not a missing lock-down', () => {
  const { file, manifest } = installed('linux-x64');
  const damaged = expect.objectContaining({ code: 'assets-damaged' }) as Error;
  expect(() => requireLockdown('supported', { file, manifest: `${manifest}.gone` }, X64)).toThrow(damaged);
  writeFileSync(manifest, '{ "linux-x64": true }');
  expect(() => requireLockdown('supported', { file, manifest }, X64)).toThrow(damaged);
});

it('"required" fails on systems that have no lock-down, "optional" on none', () => {
  const none = { ...installed(), file: null };
  expect(() => requireLockdown('supported', none, MAC)).not.toThrow();
  expect(() => requireLockdown('required', none, MAC)).toThrow(unavailable(/no lock-down for darwin arm64/u));
  for (const system of [X64, ARM64, MAC]) {
    expect(() => requireLockdown('optional', none, system)).not.toThrow();
  }
});
