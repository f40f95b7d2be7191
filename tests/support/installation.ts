import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtFiles, type BuiltFiles } from '../../src/main/runtime/runtime-locations.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const NATIVE = '@koromix';

/** What a user has installed, as a copy that may be damaged. */
export interface Installation {
  /** Where package.json lies. */
  readonly folder: string;
  readonly files: BuiltFiles;
  /** Puts a file back as it was. */
  readonly restore: (file: string) => void;
  /** Removes all of it. */
  readonly remove: () => void;
}

/** A copy of what the build has made and of the runtime; all other packages are links. */
export const copyOfInstallation = (): Installation => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-installation-'));
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of ['package.json', 'out', 'locales']) {
    cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  }
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    const [from, to] = [path.join(ROOT, 'node_modules', name), path.join(modules, name)];
    if (name === NATIVE) cpSync(from, to, { recursive: true });
    else symlinkSync(from, to);
  }
  return {
    folder,
    files: builtFiles(path.join(folder, 'out')),
    restore: (file) => {
      rmSync(file, { recursive: true, force: true });
      cpSync(path.join(ROOT, path.relative(folder, file)), file);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
