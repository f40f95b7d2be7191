/**
 * Whether lists and objects lie in one another more than `depth` deep. Without recursion: newer engines read JSON that is
 * nested without end, and only fail later, where something walks it.
 */
export const isNestedDeeperThan = (value: unknown, depth: number): boolean => {
  let level: unknown[] = [value];
  for (let above = 0; level.length > 0; above++) {
    const containers = level.filter((item): item is object => typeof item === 'object' && item !== null);
    if (containers.length > 0 && above >= depth) return true;
    level = containers.flatMap((container): unknown[] => Object.values(container));
  }
  return false;
};
