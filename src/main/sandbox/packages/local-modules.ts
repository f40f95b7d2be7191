const SCRIPT = '.py';
const MODULE = /^[A-Za-z_]\w*$/u;

/** Top-level modules that the code may write itself, from names of Python files in its strings. */
export const localModulesIn = (literals: Iterable<string>): ReadonlySet<string> => {
  const own = new Set<string>();
  for (const literal of literals) {
    if (!literal.endsWith(SCRIPT)) continue;
    for (const part of literal.slice(0, -SCRIPT.length).split(/[\\/]/u)) if (MODULE.test(part)) own.add(part);
  }
  return own;
};
