import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The version in our package.json: the nearest one above `folder` that is ours. Read when asked for, since
 * the sources, the build and the packaged app lie at different depths below it.
 */
export function ownVersion(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const version = versionIn(join(at, 'package.json'));
    if (version !== null) return version;
    if (dirname(at) === at) return 'unknown';
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
