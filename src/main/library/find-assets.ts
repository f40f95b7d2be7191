import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { VivariumError } from './errors.ts';

/** The file that tells the folder. */
const MARK = path.join('utility', 'runtime.json');
/** What the folder is called beside a bundle, or among an app's resources. */
const COPIED_NAME = 'vivarium';

export interface AssetHints {
  /** Address of the module that asks; undefined where a bundler took it away. */
  readonly moduleUrl: string | undefined;
  /**
   * Folders of the program, whose `node_modules` may have the package. Only such as hold the program's own code: scripts
   * of ours are run from what is found, so a folder of documents would have anybody's run.
   */
  readonly programFolders: readonly string[];
  /** Where a packaged app has its resources. */
  readonly resourcesFolder: string | undefined;
}

/**
 * The folder with Python's runtime, `out` of this package, wherever the code that asks has gone: in `node_modules`, in
 * a bundle, in an archive.
 *
 * @param given by the caller: then it is that one or none
 * @throws VivariumError `assets-missing`
 */
export const findAssets = (given: string | undefined, hints: AssetHints): string => {
  if (given !== undefined) {
    if (isAssetsFolder(given)) return given;
    throw missing(`assetsDir: there is no ${MARK} in ${given}`);
  }
  const candidates = [...candidatesOf(hints)];
  const found = candidates.find(isAssetsFolder);
  if (found !== undefined) return found;
  throw missing(`Python's runtime was not found in ${candidates.join(', ') || 'any folder'}`);
};

function* candidatesOf({ moduleUrl, programFolders, resourcesFolder }: AssetHints): Generator<string> {
  const moduleFolder = moduleUrl === undefined ? undefined : folderOf(moduleUrl);
  if (moduleFolder !== undefined) {
    // As the package has it: this module is in out/lib or out/lib/chunks.
    yield path.dirname(moduleFolder);
    yield path.dirname(path.dirname(moduleFolder));
  }
  // Before all that is looked for further up, where others than the app may have put something.
  if (resourcesFolder !== undefined) yield path.join(resourcesFolder, COPIED_NAME);
  if (moduleFolder !== undefined) yield path.join(path.dirname(moduleFolder), COPIED_NAME);
  for (const folder of [moduleFolder, ...programFolders]) {
    if (folder === undefined) continue;
    yield path.join(folder, COPIED_NAME);
    const packageFolder = resolvePackage(folder);
    if (packageFolder !== null) yield path.join(packageFolder, 'out');
  }
}

const folderOf = (moduleUrl: string): string | undefined => {
  try {
    return path.dirname(fileURLToPath(moduleUrl));
  } catch {
    return undefined;
  }
};

const resolvePackage = (folder: string): string | null => {
  try {
    return path.dirname(createRequire(path.join(folder, 'package.json')).resolve('vivarium/package.json'));
  } catch {
    return null;
  }
};

const isAssetsFolder = (folder: string): boolean => existsSync(path.join(folder, MARK));

const missing = (what: string): VivariumError =>
  new VivariumError(
    'assets-missing',
    `${what}; keep the package "vivarium" in the app's node_modules, or copy its assets with copyAssets() of ` +
      '"vivarium/build" and name the folder by the option assetsDir',
  );

/**
 * Folders of a program that runs in plain Node: that of its script, which Node gives as a full path; anything else in
 * its place is an argument (`node -e`, `node -`). The working directory is not among them: it has the user's documents.
 */
export const programFolders = ([, script]: readonly string[] = process.argv): string[] =>
  script !== undefined && path.isAbsolute(script) ? [path.dirname(script)] : [];
