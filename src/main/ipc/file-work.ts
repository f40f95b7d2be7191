import { WorkspaceFileError } from '../sandbox/sessions/file-collector.ts';
import { ApiFailure } from './api-failure.ts';

/** Passes the reason on when a session's file can't be read. */
export const fileWork = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WorkspaceFileError) throw new ApiFailure('not-found', error.message);
    throw error;
  }
};
