/** Entries of a list, one a line; commas separate as well, empty lines count for nothing. */
export const splitLines = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/u)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

export const joinLines = (entries: readonly string[]): string => entries.join('\n');
