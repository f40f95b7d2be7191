import { PackageError } from './package-error.ts';

/** @throws PackageError `cancelled` when the caller has aborted, `timed-out` after the limit; else what `work` throws */
export const withDeadline = async <T>(
  limitMs: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const deadline = AbortSignal.timeout(limitMs);
  const signal = caller === undefined ? deadline : AbortSignal.any([caller, deadline]);
  try {
    return await work(signal);
  } catch (error) {
    if (error instanceof PackageError) throw error;
    if (caller?.aborted === true) {
      throw new PackageError('cancelled', 'installing packages was cancelled; start it again to go on');
    }
    if (deadline.aborted) {
      throw new PackageError(
        'timed-out',
        `packages were not there within ${limitMs / 1000} s; try again, what has arrived is kept`,
      );
    }
    throw error;
  }
};
