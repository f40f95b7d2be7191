import { compare, explain, satisfies, validRange } from '@renovatebot/pep440';

/** Newest first. */
export const byVersionDescending = (left: string, right: string): number => compare(right, left);

/** Alpha, beta, candidate or development version; what is no version counts as one. */
export function isPreRelease(version: string): boolean {
  const parsed = explain(version);
  return parsed === null || parsed.is_prerelease || parsed.is_devrelease;
}

export const isVersion = (version: string): boolean => explain(version) !== null;

/** Whether a version lies in a range such as `>=2,<3`; pre-releases may. False for what can't be read. */
export const isInRange = (version: string, range: string): boolean =>
  isVersion(version) && validRange(range) && satisfies(version, range, { prereleases: true });
