/** Longer names are not compared. */
const MAX_LENGTH = 40;

/**
 * The name that a misspelled one most likely means; null when none is similar. Case does not matter, and two
 * swapped neighbours count as one edit.
 */
export const nearMiss = (name: string, candidates: Iterable<string>): string | null => {
  const typed = name.toLowerCase();
  if (typed.length < 3 || typed.length > MAX_LENGTH) return null;
  let best: { readonly name: string; readonly slips: number } | null = null;
  const most = slipsFor(typed.length);
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - typed.length) > most) continue;
    const slips = distance(typed, candidate.toLowerCase(), most);
    if (slips > most || (best !== null && best.slips <= slips)) continue;
    best = { name: candidate, slips };
  }
  return best?.name ?? null;
};

/** Edits that are tolerated: fewer in short names, where one edit makes another word. */
const slipsFor = (length: number): number => (length < 5 ? 0 : length < 10 ? 1 : 2);

/**
 * Insertions, deletions, replacements and swaps of neighbours; more than `most` where there are more. Another first or
 * last letter counts twice, as does one more at the end: `config`, `stats`, `parser`, `tools` are words of their own, and
 * not slips for `donfig`, `pstats`, `parse`, `toolz`. The last letter is easily left out (`panda`).
 */
const distance = (left: string, right: string, most: number): number => {
  let [before, row] = [
    [] as number[],
    Array.from({ length: right.length + 1 }, (_none, index) => (index === 0 ? 0 : index + 1)),
  ];
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= right.length; other += 1) {
      const isSame = left[at - 1] === right[other - 1];
      const isEnd = at === left.length && other === right.length;
      const isEdge = isEnd || (at === 1 && other === 1);
      let least = Math.min(
        (row[other] ?? 0) + (isEnd ? 2 : 1),
        (next[other - 1] ?? 0) + 1,
        (row[other - 1] ?? 0) + (isSame ? 0 : isEdge ? 2 : 1),
      );
      const isSwap = left[at - 1] === right[other - 2] && left[at - 2] === right[other - 1];
      if (at > 1 && other > 1 && isSwap) least = Math.min(least, (before[other - 2] ?? 0) + 1);
      next.push(least);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[right.length] ?? most + 1;
};
