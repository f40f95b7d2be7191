import { RpcError } from '../../../shared/rpc/errors.ts';

/** Longest part of a remote error's text in a message of ours, in UTF-16 units. */
const MAX_WORDS = 500;

/**
 * Why an interpreter could not be prepared. Text from the interpreter may be written by a guest that ran in it before, and is
 * quoted as such.
 *
 * @param what the step that failed
 */
export const describeRemoteError = (error: unknown, what: string): string => {
  if (RpcError.is(error) && error.origin === 'remote') {
    return `${what}; the interpreter says: ${error.message.slice(0, MAX_WORDS)}`;
  }
  return error instanceof Error ? error.message : 'unknown reason';
};
