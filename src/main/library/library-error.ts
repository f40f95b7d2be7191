import { FunctionError } from '../functions/function-set.ts';
import { PackageError } from '../packages/package-error.ts';
import { InvalidRequestError } from '../run/parse-request.ts';
import { InstalledFileError } from '../runtime/installed-file.ts';
import { WorkspaceFileError } from '../sandbox/sessions/file-collector.ts';
import { VivariumError } from './errors.ts';

/** What was thrown further down, in the library's terms; faults of ours stay as they are. */
const libraryError = (error: unknown): unknown => {
  if (error instanceof PackageError) {
    return new VivariumError('packages-failed', error.message, {
      cause: error,
      packageErrorCode: error.code,
    });
  }
  if (error instanceof InvalidRequestError || error instanceof FunctionError) {
    return new VivariumError('invalid-request', error.message, { cause: error });
  }
  if (error instanceof InstalledFileError) {
    return new VivariumError('assets-damaged', error.message, { cause: error });
  }
  if (error instanceof WorkspaceFileError) {
    return new VivariumError('file-unavailable', error.message, { cause: error });
  }
  return error;
};

/** Has what is thrown, or what a promise rejects with, be in the library's terms. */
export const withLibraryErrors = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw libraryError(error);
  }
};
