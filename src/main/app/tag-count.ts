/**
 * Whether HTML or SVG has more than `most` start tags: one pass, no parser. What begins like a tag inside of a comment
 * or an attribute counts as well, so a document never has more elements than were counted, but for those that a
 * parser adds.
 */
export const hasMoreTags = (markup: string, most: number): boolean => {
  const tag = /<[a-z]/gi;
  for (let count = 0; tag.test(markup); count += 1) if (count === most) return true;
  return false;
};
