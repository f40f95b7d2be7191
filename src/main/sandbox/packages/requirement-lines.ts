/**
 * Lines in which people say what to install: `!pip install rich`, `%pip install "rich>=13"`, `# pip install rich`. Each is
 * a request for packages. Anything that is not a requirement, such as an option or the rest of a sentence, is ignored.
 * The guest's pip_arguments.py reads the same commands.
 */
import pipOptions from '../../../shared/python/code/pip-options.json' with { type: 'json' };

/**
 * Form of a requirement; anything else is a path, an address or a sentence. Version constraints are separated by
 * commas only, so that the expression matches in linear time.
 */
const REQUIREMENT =
  /^([A-Za-z0-9][A-Za-z0-9._-]{0,127})(?:\[[\w\s,.-]{0,200}\])?((?:[=<>!~]=?=?[\w.*+!-]{1,64}(?:,|$)){0,8})$/u;

/** A command that installs packages, at the start of a line or after the mark of a comment. */
const COMMAND =
  /[!%$]{0,2}[ \t]{0,8}(?:(?:\{sys\.executable\}|sys\.executable|python[\d.]{0,5}|py)[ \t]{1,8}-m[ \t]{1,8}|uv[ \t]{1,8})?(?:pip[\d.]{0,5}|conda|mamba|micromamba)[ \t]{1,8}install(?=[ \t])/uy;
const LABEL = /[#!%$>` \t]{0,20}(?:[A-Za-z][\w -]{0,40}:[ \t]{0,8})?[$`]?[ \t]{0,8}/uy;

/** Options that are followed by a value. */
const WITH_VALUE = new Set(pipOptions.withValue);
const WITH_FILE = new Set(pipOptions.withFile);

/** Words that end the list of names in a comment. */
const PROSE = new Set(
  (
    'a after all and also any as at be because before but by can case do enable ensure etc eg first for from fully get ' +
    'have here if in is it its later like make module must need needed needs not of on once only optional optionally or ' +
    'package packages please prior required requires run see separately should some that the them then these this to ' +
    'try use used using via want when where which will with within work works you your'
  ).split(' '),
);

const MAX_WORDS = 100;
/** Words and blanks between them. */
const MAX_BLANKS = 1000;

export interface RequestedPackages {
  /** Such as `rich` or `rich>=13`, without extras. */
  readonly requirements: readonly string[];
  /** Names of requirements files. */
  readonly files: readonly string[];
}

const NOTHING: RequestedPackages = { requirements: [], files: [] };

/** Whether an install command begins there. */
export const isInstallCommand = (text: string, at: number): boolean => {
  COMMAND.lastIndex = at;
  return COMMAND.test(text);
};

/** @param line a command that installs, as in a shell or a notebook */
export const requestedByCommand = (line: string): RequestedPackages => {
  COMMAND.lastIndex = 0;
  return COMMAND.test(line) ? requestedByWords(line.slice(COMMAND.lastIndex), false) : NOTHING;
};

/** @param comment including its "#" */
export const requestedByComment = (comment: string): RequestedPackages => {
  LABEL.lastIndex = 0;
  COMMAND.lastIndex = LABEL.test(comment) ? LABEL.lastIndex : 0;
  return COMMAND.test(comment) ? requestedByWords(comment.slice(COMMAND.lastIndex), true) : NOTHING;
};

/** Requirements in a requirements file. */
export const requestedByFile = (text: string): readonly string[] =>
  text
    .split(/\r?\n/u, 1000)
    .flatMap((line) => requestedByWords(line.split(/[;#]/u, 1)[0] ?? '', false).requirements.slice(0, 1));

/** The word without punctuation around it. */
const withoutEnd = (word: string): string => {
  let end = word.length;
  while (end > 0 && ',.;:)'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
};

const requestedByWords = (text: string, isComment: boolean): RequestedPackages => {
  const requirements: string[] = [];
  const files: string[] = [];
  const words = text
    .slice(0, 10_000)
    .replaceAll(/["'`]/gu, '')
    .split(/\s/u, MAX_BLANKS)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^(?:#|&&|\|\||[|;>&]|--$|\()/u.test(word)) break;
    if (word.startsWith('-')) {
      const next = words[at + 1];
      if (WITH_FILE.has(word) && next !== undefined) files.push(next);
      if (WITH_FILE.has(word) || WITH_VALUE.has(word)) at += 1;
      continue;
    }
    const [, name, versions = ''] = REQUIREMENT.exec(withoutEnd(word)) ?? [];
    if (name === undefined || (isComment && PROSE.has(name.toLowerCase()))) {
      if (isComment) break;
      continue;
    }
    requirements.push(`${name}${versions.replace(/,$/u, '')}`);
    // `rich; then …`, `(rich)`
    if (isComment && /[.;:)]$/u.test(word)) break;
    if (!isComment && word.endsWith(';')) break;
  }
  return { requirements, files };
};
