import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface VivariumPackage {
  /** Where our package.json lies. */
  readonly folder: string;
  readonly version: string;
}

/**
 * The nearest package above `folder` that is ours. Looked for when asked, since the sources, the build and
 * the packaged app lie at different depths below it.
 *
 * @throws Error when there is none
 */
export function findVivariumPackage(folder: string): VivariumPackage {
  for (let at = folder; ; at = dirname(at)) {
    const version = versionIn(join(at, 'package.json'));
    if (version !== null) return { folder: at, version };
    if (dirname(at) === at) throw new Error(`no package of ours above ${folder}; install Vivarium again`);
  }
}

function versionIn(path: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof manifest !== 'object' || manifest === null) return null;
    if (!('name' in manifest) || manifest.name !== 'vivarium') return null;
    return 'version' in manifest && typeof manifest.version === 'string' ? manifest.version : null;
  } catch {
    return null;
  }
}
