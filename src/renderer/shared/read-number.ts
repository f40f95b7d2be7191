export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

/** A number as people write it, with a point or a comma; null when it is none or out of range. */
export const readNumber = (text: string, { min, max, whole }: NumberRange): number | null => {
  const written = text.trim().replace(',', '.');
  if (!/^\d+(?:\.\d+)?$/u.test(written)) return null;
  const value = Number(written);
  if (value < min || value > max || (whole && !Number.isInteger(value))) return null;
  return value;
};
