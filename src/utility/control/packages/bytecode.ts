import type { Codec, ZipContent } from '../host/codec.ts';
import type { CachedWheel } from './cached-wheel.ts';
import { SITE_PACKAGES } from './wheel-files.ts';

/** What Python 3.14 calls the bytecode of a source. */
const bytecodePathOf = (source: string): string => {
  const slash = source.lastIndexOf('/');
  const name = source.slice(slash + 1, -'.py'.length);
  return `${source.slice(0, slash)}/__pycache__/${name}.cpython-314.pyc`;
};

/** Where Python puts the bytecode of the sources among these files. */
export const bytecodePaths = (paths: readonly string[]): string[] =>
  paths.filter((path) => path.endsWith('.py')).map(bytecodePathOf);

/**
 * The bytecode of a package as an archive like a wheel's, to be put into an interpreter beside the package.
 *
 * @param bytecode by path; may have that of other packages, too
 * @returns null when there is no bytecode of that package
 */
export const archiveBytecode = async (
  codec: Codec,
  { paths }: Pick<CachedWheel, 'paths'>,
  bytecode: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array | null> => {
  const contents: ZipContent[] = [];
  for (const path of bytecodePaths(paths)) {
    const bytes = bytecode.get(path);
    if (bytes === undefined || !path.startsWith(SITE_PACKAGES)) continue;
    contents.push({ name: path.slice(SITE_PACKAGES.length), bytes });
  }
  return contents.length === 0 ? null : codec.makeZip(contents);
};
