/** Entries of a list, separated by line breaks or commas; empty ones are ignored. */
export const splitLines = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/u)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

export const joinLines = (entries: readonly string[]): string => entries.join('\n');
