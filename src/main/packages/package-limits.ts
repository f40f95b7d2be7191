export interface PackageServiceLimits {
  /** Longest time for one piece of work, in ms. */
  readonly overallMs: number;
  /** Longest time for looking up what code wants and the lock does not know, in ms: mostly it is a slip of the pen. */
  readonly lookUpMs: number;
  /** Files fetched at once. */
  readonly parallel: number;
}

export const PACKAGE_SERVICE_LIMITS: PackageServiceLimits = {
  overallMs: 15 * 60_000,
  lookUpMs: 15_000,
  parallel: 4,
};
