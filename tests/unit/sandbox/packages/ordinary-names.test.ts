/** What people call files of their own, against Pyodide's real lock and the curated list. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { CURATED_MODULES } from '../../../../src/shared/curated-packages.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { ModuleOwners } from '../../../../src/main/packages/resolve/module-owners.ts';
import { ModuleCatalog } from '../../../../src/main/sandbox/packages/module-catalog.ts';

const ORDINARY = `analysis api app auth base bank cache client cleaning common config conf constants core data
database dataset db engine errors events exceptions features forms functional functions game graph helper helpers
inventory lib loader logger main matrix metrics model models my_module parse parser pipeline player plots plotting
processing queries report routes sales schema schemas script search server service settings shapes solver stats student
tasks tools train tree users util utils vector views visualize worker`.split(/\s+/u);

const lockFile = createRequire(import.meta.url).resolve('pyodide/pyodide-lock.json');

it('no package is installed for ordinary names, nor suggested', async () => {
  const lock = PackageLock.parse(await readFile(lockFile, 'utf8'));
  const knowledge = new ModuleCatalog(new ModuleOwners(lock.entries()));
  for (const module of ORDINARY) {
    expect(CURATED_MODULES.has(module), module).toBe(false);
    expect(knowledge.about(module)).toEqual({ kind: 'no-package', module, near: null });
  }
  // A service of another place, which people's code names: it is told what to do here.
  expect(CURATED_MODULES.has('ace_tools')).toBe(false);
  expect(knowledge.about('ace_tools')).toMatchObject({ kind: 'absent' });
});
