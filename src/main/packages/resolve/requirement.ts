import { normalizeName, PackageName } from '../../../shared/packages/package-settings.ts';
import { markerHolds, type MarkerEnvironment } from './markers.ts';
import { PackageError } from '../package-error.ts';
import { isInRange, isRange } from './versions.ts';

/** A package and its acceptable versions. */
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
/** What a name may consist of; it begins where `lastIndex` is. */
const NAME = /[A-Za-z0-9][A-Za-z0-9._-]*/uy;

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

/** The name in what may be a requirement, as it is written there; '' when there is none. */
export const spelledName = (text: string): string => partsOf(text)?.name ?? '';

/** The normalised name in what may be a requirement; '' when there is none. */
export const packageName = (text: string): string => normalizeName(spelledName(text));

/** After the name of a package, in messages; empty where none is known to need it. */
export const whoNeedsIt = (neededBy: string | null | undefined): string =>
  neededBy === null || neededBy === undefined ? '' : `, which ${neededBy} needs,`;

/** In a form that `parseRequirement` reads again. */
export const requirementText = ({ name, versions }: Requirement): string => `${name}${versions}`;

/** Whether a version is acceptable. Pre-releases are, since a version may be pinned to one. */
export function isSatisfiedBy({ versions }: Requirement, version: string): boolean {
  return versions === '' || isInRange(version, versions);
}

function read(text: string): ParsedRequirement {
  const parts = partsOf(text);
  const isAddress = text.includes('://') && parts?.marker === '';
  if (parts === null || isAddress || !PackageName.safeParse(parts.name).success) {
    const hint = text.includes('@') || text.includes('://') ? 'addresses are not supported; ' : '';
    throw badRequirement(text, `is not a package name; ${hint}write NAME or NAME>=VERSION`);
  }
  const versions = parts.versions.replace(/\s+/gu, '');
  const hint = SEVERAL_NAMES.test(parts.versions) ? ', and give each of several names by itself' : '';
  if (versions !== '' && !hasConditions(versions)) {
    throw badRequirement(text, `has versions that can not be read; write them like ">=2,<3"${hint}`);
  }
  return {
    name: normalizeName(parts.name),
    versions,
    extras: parts.extras.split(',').filter((extra) => extra.trim() !== ''),
    marker: parts.marker,
  };
}

interface Parts {
  readonly name: string;
  readonly extras: string;
  readonly versions: string;
  readonly marker: string;
}

/**
 * `name [extras] (versions) ; marker`, cut apart from left to right; null when it has another form. By hand: an
 * expression for it takes blanks in several places, and tries all ways to share them out.
 */
function partsOf(text: string): Parts | null {
  if (text.length > MAX_LENGTH) return null;
  const semicolon = text.indexOf(';');
  const marker = semicolon === -1 ? '' : text.slice(semicolon + 1).trim();
  const asked = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
  NAME.lastIndex = 0;
  const name = withoutSeparatorsAtEnd(NAME.exec(asked)?.[0] ?? '');
  if (name === '') return null;
  let rest = asked.slice(name.length).trimStart();
  let extras = '';
  if (rest.startsWith('[')) {
    const end = rest.indexOf(']');
    if (end === -1) return null;
    extras = rest.slice(1, end);
    rest = rest.slice(end + 1).trimStart();
  }
  if (rest.startsWith('(')) {
    if (rest.indexOf(')') !== rest.length - 1) return null;
    return { name, extras, versions: rest.slice(1, -1), marker };
  }
  return rest.includes('@') ? null : { name, extras, versions: rest, marker };
}

/** `a-` is `a` and something that is no version. */
function withoutSeparatorsAtEnd(name: string): string {
  let end = name.length;
  while (end > 0 && '._-'.includes(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
}

/** Behind the first one: a name, where only versions could be. */
const SEVERAL_NAMES = /^,?\s*[A-Za-z]/u;

// A bare version is a range, too.
const hasConditions = (versions: string): boolean =>
  versions.split(',').every((part) => /^(?:===|==|~=|!=|<=|>=|<|>)/u.test(part)) && isRange(versions);

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
