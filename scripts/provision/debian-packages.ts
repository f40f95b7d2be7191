/**
 * The Debian packages of the shared libraries that Electron links to, newest name first: packages whose
 * interface changed with 64-bit time carry "t64" in newer releases of Debian and Ubuntu.
 */
const PACKAGES_OF_LIBRARY: Readonly<Record<string, readonly string[]>> = {
  'libX11.so.6': ['libx11-6'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libXss.so.1': ['libxss1'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
  'libatk-1.0.so.0': ['libatk1.0-0t64', 'libatk1.0-0'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  'libatspi.so.0': ['libatspi2.0-0t64', 'libatspi2.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libcups.so.2': ['libcups2t64', 'libcups2'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libdrm.so.2': ['libdrm2'],
  'libexpat.so.1': ['libexpat1'],
  'libgbm.so.1': ['libgbm1'],
  'libgcc_s.so.1': ['libgcc-s1'],
  'libgio-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libglib-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgobject-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnspr4.so': ['libnspr4'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libsmime3.so': ['libnss3'],
  'libudev.so.1': ['libudev1'],
  'libxcb.so.1': ['libxcb1'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
};

const PACKAGES_OF_PROGRAM: Readonly<Record<string, readonly string[]>> = {
  Xvfb: ['xvfb'],
  'xvfb-run': ['xvfb'],
  xauth: ['xauth'],
  chromium: ['chromium'],
};

/** For each thing that is missing, the names its package may have; undefined when it is not known. */
export function candidatePackages(missing: string): readonly string[] | undefined {
  return PACKAGES_OF_LIBRARY[missing] ?? PACKAGES_OF_PROGRAM[missing];
}

/** Of each list the first package that can be installed here; the last one when apt knows none of them. */
export function choosePackages(
  candidates: readonly (readonly string[])[],
  installable: ReadonlySet<string>,
): string[] {
  const chosen = candidates.map((names) => names.find((name) => installable.has(name)) ?? names.at(-1));
  return [...new Set(chosen.filter((name) => name !== undefined))].sort();
}

/** The packages that `apt-cache policy` shows a version to install of. */
export function parseInstallable(aptCachePolicy: string): Set<string> {
  const found = new Set<string>();
  for (const match of aptCachePolicy.matchAll(/^(\S+):\n(?:[ \t].*\n)*?[ \t]+Candidate: (.+)$/gm)) {
    const [, name, version] = match;
    if (name !== undefined && version !== '(none)') found.add(name);
  }
  return found;
}
