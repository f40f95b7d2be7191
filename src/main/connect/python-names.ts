import { isMemberName } from '../functions/function-set.ts';

const MAX_LENGTH = 60;

/**
 * What something of any name is called in Python: `create-issue` is `create_issue`, `from` is `from_`.
 *
 * @returns null when nothing of the name is left
 */
export const memberName = (name: string): string | null => {
  const word = name.slice(0, MAX_LENGTH).replaceAll(/\W/g, '_').replace(/^_+/, '');
  if (/^_*$/.test(word)) return null;
  // Words of Python's, numbers, and names that the module `host` has itself.
  const tries = [word, `${word}_`, `n${word}`];
  return tries.find((one) => isMemberName(one)) ?? null;
};
