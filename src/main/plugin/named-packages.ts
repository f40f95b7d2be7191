import type { Wheel } from '../packages/wheel.ts';

/**
 * What may be named to a model: a package's name in its normalised form, and not so long that it could be a sentence. A
 * name is its maker's text, and whatever stands here is read in every later conversation.
 */
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
const MAX_LENGTH = 40;
const MAX_WORDS = 5;

export const isPlainName = (name: string): boolean =>
  name.length <= MAX_LENGTH && NAME.test(name) && name.split('-').length <= MAX_WORDS;

/** Of what is on this computer: packages of Pyodide's lock, and those that the user named when they installed them. */
export const packagesToName = (installed: readonly Wheel[]): string[] => {
  const names = installed
    .filter(({ byHand, kind, origin }) => kind === 'wheel' && (origin === 'lock' || byHand === true))
    .map(({ name }) => name);
  return [...new Set(names)].filter(isPlainName);
};
