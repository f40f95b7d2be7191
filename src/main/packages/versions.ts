import { compare, parse } from '@renovatebot/pep440';

/** Newest first. */
export const byVersionDescending = (left: string, right: string): number => compare(right, left);

/** Alpha, beta, candidate or development version; what is no version counts as one. */
export function isPreRelease(version: string): boolean {
  const parsed = parse(version);
  return parsed === null || parsed.is_prerelease || parsed.is_devrelease;
}

export const isVersion = (version: string): boolean => parse(version) !== null;
