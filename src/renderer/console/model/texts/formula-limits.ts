/** Which formulas are set. All that KaTeX does happens in the page's own process, and a guest writes the TeX. */

/** Longest formula, in UTF-16 units. */
export const MAX_FORMULA_LENGTH = 2048;
/** Most elements of a formula that was set, and how deep they may lie in each other. */
const MAX_ELEMENTS = 8000;
const MAX_DEPTH = 150;

export const FORMULA_OPTIONS = {
  trust: false,
  strict: 'ignore',
  /** Of macros that KaTeX comes with, such as `\ne`, which takes some itself. One counts however long it is. */
  maxExpand: 300,
  /** In em. */
  maxSize: 20,
  output: 'htmlAndMathml',
} as const;

/**
 * What defines something, wherever it stands: a macro of the guest's own makes a text of any length from a short one.
 * Names with `@` are KaTeX's own, and some of them stand for what a guest wrote (`\tag`).
 */
const DEFINES =
  /\\(?:[egx]?def|let|futurelet|global|long|(?:new|renew|provide)command)(?![A-Za-z])|\\[A-Za-z]*@/u;

/** Whether it may be handed to KaTeX. */
export const isBounded = (tex: string): boolean => tex.length <= MAX_FORMULA_LENGTH && !DEFINES.test(tex);

interface Branch {
  readonly children?: ArrayLike<Branch> | undefined;
}

/** Whether the browser has time to lay out what KaTeX made. @param root outside of the page's document */
export const isModest = (root: Branch): boolean => {
  const open = [{ branch: root, depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    count += 1;
    if (count > MAX_ELEMENTS || next.depth > MAX_DEPTH) return false;
    for (const branch of Array.from(next.branch.children ?? [])) open.push({ branch, depth: next.depth + 1 });
  }
  return true;
};
