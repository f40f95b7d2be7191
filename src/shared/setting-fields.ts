/** Kinds of settings, each with words for a person who gave something else. */
import { z } from 'zod';
import { LIMITS } from './limits.ts';

export const between = (
  { min, max }: { readonly min: number; readonly max: number },
  unit: string,
): z.ZodType<number> => {
  const range = `must be from ${min} to ${max} ${unit}`;
  return z
    .number(`must be a number, ${range.slice('must be '.length)}`)
    .min(min, range)
    .max(max, range);
};

/** The same for whole numbers. */
export const wholeBetween = (
  range: { readonly min: number; readonly max: number },
  unit: string,
): z.ZodType<number> =>
  between(range, unit).refine((value) => Number.isInteger(value), `must be a whole number of ${unit}`);

// C0, DEL and C1: no path, name or address a person means contains them.
const CONTROL_CHARACTERS = /\p{Cc}/u;
export const text = (maxLength: number): z.ZodString =>
  z
    .string('must be text')
    .max(maxLength, `must not be longer than ${maxLength} characters`)
    .refine((value) => !CONTROL_CHARACTERS.test(value), 'must not contain control characters');

export const flag = z.boolean('must be true or false');
export const list = <T extends z.ZodType>(element: T): z.ZodArray<T> =>
  z
    .array(element, 'must be a list')
    .max(LIMITS.settingListLength, `must not have more than ${LIMITS.settingListLength} entries`);
