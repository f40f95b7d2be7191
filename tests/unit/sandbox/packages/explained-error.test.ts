/** What is said of a package that nobody has: scripts and models name modules, and what can't be there. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { PackageError } from '../../../../src/main/packages/package-error.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { ModuleOwners } from '../../../../src/main/packages/resolve/module-owners.ts';
import { packageName } from '../../../../src/main/packages/resolve/requirement.ts';
import { explained } from '../../../../src/main/sandbox/packages/explained-error.ts';
import { ModuleCatalog } from '../../../../src/main/sandbox/packages/module-catalog.ts';

const lockFile = createRequire(import.meta.url).resolve('pyodide/pyodide-lock.json');
const lock = PackageLock.parse(readFileSync(lockFile, 'utf8'));
const catalog = new ModuleCatalog(new ModuleOwners(lock.entries()));

const said = (asked: string, code: PackageError['code'] = 'unknown-package'): string =>
  explained(new PackageError(code, 'nobody has it', { packageName: packageName(asked) }), catalog, [asked])
    .message;

it.each([
  ['imblearn', '"imblearn" is the name of a module; the package that has it is called "imbalanced-learn"'],
  ['PIL', '"PIL" is the name of a module; the package that has it is called "pillow"'],
  [' PIL>=10', '"PIL" is the name of a module; the package that has it is called "pillow"'],
  ['json', '"json" belongs to Python\'s standard library, and is no package; import it without naming it'],
  ['torch', 'torch has no build for the sandbox (WebAssembly); scikit-learn and NumPy are there'],
  [
    'torch>=2 ; python_version > "3"',
    'torch has no build for the sandbox (WebAssembly); scikit-learn and NumPy are there',
  ],
])('%s', (asked, told) => {
  expect(said(asked)).toBe(told);
});

// Names of modules are told apart by case.
it.each(['pil', 'plotly', 'no-such-package', 'a'.repeat(128)])('of %s nothing more is known', (asked) => {
  expect(said(asked)).toBe('nobody has it');
});

it('another failure stays as it is', () => {
  expect(said('torch', 'no-source')).toBe('nobody has it');
});
