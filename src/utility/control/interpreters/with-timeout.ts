import { RpcError } from '../../../shared/rpc/errors.ts';

/**
 * As `work`, but rejects with 'busy' when that takes longer: the machine may only be slow, so nothing is to be held against
 * what was worked on ('failed' would be kept on disk of a package snapshot). What goes on then is the caller's to end.
 */
export const withTimeout = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RpcError('busy', `not done within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
