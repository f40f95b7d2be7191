/** Texts with formulas in LaTeX between dollar signs, as notebooks have them. */

export type MathSegment =
  | { readonly kind: 'text'; readonly text: string }
  /** `block`: on a line of its own. */
  | { readonly kind: 'math'; readonly tex: string; readonly block: boolean };

/** Longest formulas of one output together, in UTF-16 units: setting them takes the page's time (formula-limits.ts). */
export const MAX_MATH_LENGTH = 4096;

/** Where a formula ends that begins there; null when it does not. */
export const formulaAt = (
  text: string,
  start: number,
): { readonly tex: string; readonly block: boolean; readonly end: number } | null => {
  const mark = text.startsWith('$$', start) ? '$$' : '$';
  const from = start + mark.length;
  let end = text.indexOf(mark, from);
  while (end > 0 && text[end - 1] === '\\') end = text.indexOf(mark, end + 1);
  const tex = text.slice(from, end);
  if (end === -1 || tex.trim() === '') return null;
  // "5 $ and 6 $" is about money.
  if (mark === '$' && (/^\s/u.test(tex) || /\s$/u.test(tex))) return null;
  return { tex, block: mark === '$$', end: end + mark.length };
};

/** A text in LaTeX: all of it is a formula when nothing in it says otherwise. */
export const mathSegments = (text: string): readonly MathSegment[] => {
  const segments: MathSegment[] = [];
  let plainFrom = 0;
  let at = text.indexOf('$');
  while (at !== -1) {
    const found = text[at - 1] === '\\' ? null : formulaAt(text, at);
    if (found === null) {
      at = text.indexOf('$', at + (text.startsWith('$$', at) ? 2 : 1));
      continue;
    }
    if (at > plainFrom) segments.push({ kind: 'text', text: text.slice(plainFrom, at) });
    segments.push({ kind: 'math', tex: found.tex, block: found.block });
    plainFrom = found.end;
    at = text.indexOf('$', plainFrom);
  }
  if (segments.length === 0) return [{ kind: 'math', tex: text, block: true }];
  if (plainFrom < text.length) segments.push({ kind: 'text', text: text.slice(plainFrom) });
  return segments;
};
