import { describe } from '../describe-error.ts';

/** Emscripten's numbers of errors, which are those of WASI. */
export const ERRNO = {
  tooLarge: 22,
  interrupted: 27,
  invalid: 28,
  io: 29,
  absent: 44,
  notPermitted: 63,
} as const;

/** Emscripten's file system throws objects that are no errors. */
export const describeFileError = (error: unknown): string => {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return describe(error);
  return error.errno === ERRNO.absent
    ? 'there is no such file'
    : `the file system refused it (${String(error.errno)})`;
};
