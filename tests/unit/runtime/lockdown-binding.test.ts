import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { checkedBinding, lockdownOrder } from '../../../src/main/runtime/lockdown-binding.ts';
import { temporaryFolder } from '../scripts/support/temporary-folder.ts';

const SYSTEM = `${process.platform}-${process.arch}`;

const place = (system: string) => {
  const folder = temporaryFolder();
  const manifest = path.join(folder, 'binding.json');
  const file = path.join(folder, 'binding.node');
  writeFileSync(file, 'native code');
  const sha256 = createHash('sha256').update('native code').digest('hex');
  writeFileSync(manifest, JSON.stringify({ [system]: { sha256 } }));
  return { manifest, file };
};

it('is the file whose hash the build has written', async () => {
  const locations = place(SYSTEM);
  expect(await checkedBinding(locations)).toBe(locations.file);
  expect(await lockdownOrder(locations)(1536)).toEqual({
    enabled: true,
    dataLimitMiB: 1536,
    binding: locations.file,
  });
});

it('is refused with another hash, since it runs as native code', async () => {
  const locations = place(SYSTEM);
  writeFileSync(locations.file, 'other code');
  await expect(checkedBinding(locations)).rejects.toThrow(
    /binding of the lock-down is damaged.*install Vivarium again/u,
  );
});

it('is null where no binding is installed, or the build had none', async () => {
  expect(await checkedBinding({ ...place(SYSTEM), file: null })).toBeNull();
  expect(await checkedBinding(place('other-system'))).toBeNull();
});
