/** From giving an order to being sure that nothing will come of it, in ms. */
const HUNG_MS = 180_000;

/** What comes of it; 'hung' when that takes too long. */
export const inTime = async <T>(work: Promise<T>, limitMs = HUNG_MS): Promise<T | 'hung'> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
