import { compare, explain, satisfies, validRange } from '@renovatebot/pep440';

/** Longest version and range that are looked at, in UTF-16 units, and most conditions of a range. */
const MAX_VERSION_LENGTH = 128;
const MAX_RANGE_LENGTH = 4096;
const MAX_CONDITIONS = 20;

/** Both have been found to be versions. */
export const isNewer = (version: string, than: string): boolean => compare(version, than) > 0;

/** Alpha, beta, candidate or development version; what is no version counts as one. */
export function isPreRelease(version: string): boolean {
  const parsed = version.length > MAX_VERSION_LENGTH ? null : explain(version);
  return parsed === null || parsed.is_prerelease || parsed.is_devrelease;
}

export const isVersion = (version: string): boolean =>
  version.length <= MAX_VERSION_LENGTH && explain(version) !== null;

/** Whether it is a range such as `>=2,<3`. */
export const isRange = (range: string): boolean =>
  range.length <= MAX_RANGE_LENGTH &&
  range.split(',', MAX_CONDITIONS + 1).length <= MAX_CONDITIONS &&
  validRange(range);

/** Whether a version lies in a range; pre-releases may. False for what can't be read. */
export const isInRange = (version: string, range: string): boolean =>
  isVersion(version) && isRange(range) && satisfies(version, range, { prereleases: true });
