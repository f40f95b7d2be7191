/** Caps of packages in an interpreter. Bytes unless the name says otherwise. */
export const PACKAGE_LIMITS = {
  /** Names, extra fields and comments of all entries of a zip: an extra field of 64 KiB may become 16,000 objects. */
  zipListBytes: 4 * 1024 * 1024,
  /** Largest wheel. */
  wheelBytes: 128 * 1024 * 1024,
  /** All wheels that one run is given. */
  runBytes: 256 * 1024 * 1024,
  /** All files of one wheel, unpacked. */
  unpackedBytes: 384 * 1024 * 1024,
  /** Most files of one wheel. */
  files: 20_000,
  /** Longest path of a file, in UTF-16 units. */
  pathLength: 512,
  /** Most packages of one interpreter. */
  packages: 500,
  /** Part of a wheel in one message. */
  partBytes: 8 * 1024 * 1024,
  /** Largest image with packages in it, compressed. */
  imageBytes: 128 * 1024 * 1024,
  /** Modules that are imported into a snapshot. */
  modules: 500,
  /** Longest result of testing packages. */
  tryReport: 1024 * 1024,
  /** Longest report about the imports of a piece of code. */
  importReport: 60_000,
} as const;
