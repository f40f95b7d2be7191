import { RpcError } from '../../shared/rpc/errors.ts';

/** As `work`, but rejects with 'failed' when that takes longer. What goes on then is the caller's to end. */
export const withTimeout = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RpcError('failed', `not done within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
