/** Wraps a function for guest code: whatever `action` does, the guest receives only a primitive. */
export const guarded =
  <A extends unknown[], R extends number | string | boolean | null | undefined>(
    action: (...values: A) => R,
    otherwise: R,
  ): ((...values: A) => R) =>
  (...values) => {
    try {
      return action(...values);
    } catch {
      return otherwise;
    }
  };
