/** How often to repeat what must never fail: few times in each test run, many by an environment variable. */
import process from 'node:process';

export const repeats = (variable: string, usually: number): number => {
  const wanted = process.env[variable];
  if (wanted === undefined) return usually;
  const count = Number(wanted);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${variable} must be a positive whole number`);
  return count;
};

/** Fails loudly instead of waiting for ever; the limit is far beyond what anything may take. */
export const settled = async <T>(promise: Promise<T>, what: string, withinMs = 120_000): Promise<T> => {
  let tooLate: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_resolve, reject) => {
        tooLate = setTimeout(
          () => reject(new Error(`${what} did not settle within ${withinMs} ms`)),
          withinMs,
        );
      }),
    ]);
  } finally {
    clearTimeout(tooLate);
  }
};
