/** Which files of a wheel beyond Pyodide's lock are put into an interpreter at all. */

import { normalizeName } from '../../../shared/packages/package-settings.ts';

/** Where packages lie in the interpreter. */
export const SITE_PACKAGES = '/lib/python3.14/site-packages/';

/** Longer files are no declarations of anything. */
export const MAX_DECLARATION_BYTES = 1024;

/** What Python's `site` would run, or import, before anything else. */
const RUN_AT_START = /^(?:[^/]+\.pth|(?:site|user)customize(?:[./].*)?)$/u;
const METADATA_FOLDER = /^([^/]+)\.(?:dist-info|egg-info)$/u;

/** As names are compared, whatever their case and form: Python reads identifiers in the form NFKC. */
export const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** `json` of `json/__init__.py`, `json.py` and `json.cpython-314-wasm32-emscripten.so`. */
export const stemOf = (segment: string): string => segment.split('.', 1)[0] ?? segment;

/** Where a file lies below the packages' folder: null when the path could mean another one. */
export const segmentsOf = (path: string): string[] | null => {
  const segments = path.split('/');
  // The file system resolves these, and stops at a zero.
  return segments.some((one) => one === '' || one === '.' || one === '..' || /\p{Cc}/u.test(one))
    ? null
    : segments;
};

/** Separates the files that a wheel may install from those that would shadow modules of other packages. */
export class WheelFiles {
  readonly #name: string;
  readonly #withheld: ReadonlySet<string>;

  /**
   * @param name of the package, normalised
   * @param withheld modules at the top that belong to others
   */
  constructor(name: string, withheld: Iterable<string>) {
    this.#name = name;
    this.#withheld = new Set([...withheld].map(folded));
  }

  /** @param path below the packages' folder */
  allows(path: string): boolean {
    const segments = segmentsOf(path);
    const [top] = segments ?? [];
    if (segments === null || top === undefined) return false;
    // Bytecode counts for a source wherever that comes from.
    if (segments.some((one) => folded(one) === '__pycache__')) return false;
    if (RUN_AT_START.test(folded(path))) return false;
    const metadata = METADATA_FOLDER.exec(folded(top))?.[1];
    if (metadata !== undefined) return this.#isOwnMetadata(metadata);
    return !this.#withheld.has(folded(stemOf(top)));
  }

  /** `NAME-VERSION`, or `NAME` alone; a version has no dash. */
  #isOwnMetadata(folder: string): boolean {
    const name = folder.includes('-') ? folder.slice(0, folder.lastIndexOf('-')) : folder;
    return normalizeName(name) === this.#name;
  }
}

/** The forms in which older packages say that they share a folder with others, without comments and line ends. */
const DECLARATIONS = new Set(
  [
    "__import__('pkg_resources').declare_namespace(__name__)",
    "__path__=__import__('pkgutil').extend_path(__path__,__name__)",
    'frompkgutilimportextend_path__path__=extend_path(__path__,__name__)',
    'importpkg_resourcespkg_resources.declare_namespace(__name__)',
    'try:importpkg_resourcespkg_resources.declare_namespace(__name__)exceptImportError:importpkgutil__path__=pkgutil.extend_path(__path__,__name__)',
    'try:importpkg_resourcespkg_resources.declare_namespace(__name__)exceptImportError:frompkgutilimportextend_path__path__=extend_path(__path__,__name__)',
    "try:__import__('pkg_resources').declare_namespace(__name__)exceptImportError:__path__=__import__('pkgutil').extend_path(__path__,__name__)",
    "try:__import__('pkg_resources').declare_namespace(__name__)exceptImportError:frompkgutilimportextend_path__path__=extend_path(__path__,__name__)",
  ].map((one) => one.replaceAll('"', "'")),
);

/** Whether an `__init__.py` does nothing but share its folder with other packages. */
export const isDeclaration = (source: string): boolean =>
  DECLARATIONS.has(
    source
      .split(/\r\n|[\n\r\u2028\u2029]/u)
      // In none of these forms is there a `#` but before a comment.
      .map((line) => line.split('#', 1)[0] ?? '')
      .join('')
      .replaceAll(/\s/gu, '')
      .replaceAll('"', "'"),
  );
