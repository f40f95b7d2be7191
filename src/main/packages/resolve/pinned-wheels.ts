/** A wheel by its version and by the SHA-256 of its bytes. */
export interface PinnedWheel {
  readonly version: string;
  readonly sha256: string;
}

/**
 * Packages beyond Pyodide's lock that come without anyone having named them: the fonts for plots (see
 * utility/python/packages.py). Only these bytes of them are taken, unless another version is asked for.
 */
export const PINNED_WHEELS: ReadonlyMap<string, PinnedWheel> = new Map([
  // Noto Sans CJK.
  [
    'cvttf-notosanscjk-regular',
    { version: '1.0', sha256: '0a99bbb933cc4237895d3dbd95de65f7b508607872471f1f51d0eb91a5fe7766' },
  ],
  // NanumGothic.
  [
    'koreanize-matplotlib',
    { version: '0.1.1', sha256: '4f563db1a75d9eb6bdb667a435adf8a5daf7e41504486f1b0fb1c20e4bfed4ca' },
  ],
  // IPAexGothic.
  [
    'matplotlib-fontja',
    { version: '1.1.0', sha256: '930603aaffd420ad89a6cf3399f074b14e939e8e349843ed1cb558ac97c8c94a' },
  ],
]);
