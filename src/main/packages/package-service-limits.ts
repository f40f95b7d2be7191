export interface PackageServiceLimits {
  /** Longest time of one transaction, in ms. */
  readonly overallMs: number;
  /** Longest time for look-ups of names in code that are not in the lock, in ms: most are typing errors. */
  readonly lookUpMs: number;
  /** Files fetched at once. */
  readonly parallel: number;
}

export const PACKAGE_SERVICE_LIMITS: PackageServiceLimits = {
  overallMs: 15 * 60_000,
  lookUpMs: 15_000,
  parallel: 4,
};
