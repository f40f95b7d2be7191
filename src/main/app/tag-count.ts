const LESS_THAN = 0x3c;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
/** Makes lower case of ASCII letters. */
const LOWER_CASE = 0x20;

/**
 * Whether HTML or SVG has more than `most` start tags: one pass, no parser. What begins like a tag inside of a comment
 * or an attribute counts as well, so a document never has more elements than were counted, but for those that a
 * parser adds.
 */
export const hasMoreTags = (markup: string, most: number): boolean => {
  let count = 0;
  for (let index = 0; index < markup.length; index += 1) {
    if (markup.charCodeAt(index) !== LESS_THAN) continue;
    // NaN at the end.
    const next = markup.charCodeAt(index + 1) & ~LOWER_CASE;
    if (next < UPPER_A || next > UPPER_Z) continue;
    count += 1;
    if (count > most) return true;
  }
  return false;
};
