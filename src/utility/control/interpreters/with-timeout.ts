import { RpcError } from '../../../shared/rpc/errors.ts';

/**
 * Like `work`, but rejects with 'busy' after the limit. The machine may only be slow, so the failure must not be recorded
 * ('failed' would mark a package snapshot on disk as unusable). The caller must end the work that goes on.
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
