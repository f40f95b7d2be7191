import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findVivariumPackage } from '../../../../src/main/cli/host/vivarium-package.ts';

it('finds our package.json above the folder, passing over those of others', () => {
  const root = mkdtempSync(join(tmpdir(), 'vivarium-version-'));
  try {
    const deep = join(root, 'out', 'main');
    mkdirSync(deep, { recursive: true });
    expect(() => findVivariumPackage(deep)).toThrow(/no package of ours/u);
    writeFileSync(join(root, 'package.json'), '{"name":"vivarium","version":"9.8.7"}');
    writeFileSync(join(root, 'out', 'package.json'), '{"type":"module"}');
    writeFileSync(join(deep, 'package.json'), 'not json');
    expect(findVivariumPackage(deep)).toEqual({ folder: root, version: '9.8.7' });
  } finally {
    rmSync(root, { recursive: true });
  }
});
