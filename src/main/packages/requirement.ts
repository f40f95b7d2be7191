import { validRange } from '@renovatebot/pep440';
import { PackageName } from '../../shared/package-settings.ts';
import { markerHolds, type MarkerEnvironment } from './markers.ts';
import { normalizeName } from './package-entry.ts';
import { PackageError } from './package-error.ts';
import { isInRange } from './versions.ts';

/** A package and the versions of it that will do. */
export interface Requirement {
  /** Normalised. */
  readonly name: string;
  /** A list of version specifiers (PEP 440) such as `>=2,<3`; empty for any version. */
  readonly versions: string;
}

interface ParsedRequirement extends Requirement {
  readonly extras: readonly string[];
  readonly marker: string;
}

const MAX_LENGTH = 512;
const REQUIREMENT =
  /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(?:\(([^)]*)\)|([^;@]*))\s*(?:;(.*))?$/su;

/**
 * Reads what a person, a script or a caller asked for, such as `pandas` or `rich>=13; python_version>"3.9"`.
 *
 * @returns null when its marker says that it does not apply here
 * @throws PackageError `bad-requirement`
 */
export function parseRequirement(text: string, environment: MarkerEnvironment): Requirement | null {
  const parsed = read(text);
  if (parsed.extras.length > 0) {
    throw new PackageError(
      'bad-requirement',
      `"${shown(text)}" asks for extras, which are not supported; name the packages of the extra themselves`,
      { packageName: parsed.name },
    );
  }
  return applies(parsed, text, environment) ? { name: parsed.name, versions: parsed.versions } : null;
}

/**
 * Reads a `Requires-Dist` of a wheel. What belongs to its extras does not apply; extras of others are left out.
 *
 * @throws PackageError `bad-requirement`
 */
export function parseDependency(text: string, environment: MarkerEnvironment): Requirement | null {
  const parsed = read(text);
  return applies(parsed, text, environment) ? { name: parsed.name, versions: parsed.versions } : null;
}

/** The normalised name in what may be a requirement; '' when there is none. */
export const packageName = (text: string): string => normalizeName(REQUIREMENT.exec(text)?.[1] ?? '');

/** In a form that `parseRequirement` reads again. */
export const requirementText = ({ name, versions }: Requirement): string => `${name}${versions}`;

/** Whether a version will do. Pre-releases do: what is pinned is pinned. */
export function isSatisfiedBy({ versions }: Requirement, version: string): boolean {
  return versions === '' || isInRange(version, versions);
}

function read(text: string): ParsedRequirement {
  const match = text.length <= MAX_LENGTH ? REQUIREMENT.exec(text) : null;
  const [, name, extras = '', inBrackets, plain, marker = ''] = match ?? [];
  if (name === undefined || !PackageName.safeParse(name).success) {
    const hint = /@|:\/\//u.test(text) ? 'addresses are not supported; ' : '';
    throw badRequirement(text, `is not a package name; ${hint}write NAME or NAME>=VERSION`);
  }
  const versions = (inBrackets ?? plain ?? '').replace(/\s+/gu, '');
  if (versions !== '' && !isRange(versions)) {
    throw badRequirement(text, 'has versions that can not be read; write them like ">=2,<3"');
  }
  return {
    name: normalizeName(name),
    versions,
    extras: extras.split(',').filter((extra) => extra.trim() !== ''),
    marker: marker.trim(),
  };
}

// validRange alone also takes a bare version.
const isRange = (versions: string): boolean =>
  versions.split(',').every((part) => /^(?:===|==|~=|!=|<=|>=|<|>)/u.test(part)) && validRange(versions);

function applies(parsed: ParsedRequirement, text: string, environment: MarkerEnvironment): boolean {
  if (parsed.marker === '') return true;
  try {
    return markerHolds(parsed.marker, environment);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequirement(text, `has a marker that can not be read (${error.message}); leave it out`);
  }
}

function badRequirement(text: string, problem: string): PackageError {
  return new PackageError('bad-requirement', `"${shown(text)}" ${problem}`);
}

const shown = (text: string): string => text.slice(0, 100).replace(/[\p{Cc}\p{Cf}"]/gu, '?');
