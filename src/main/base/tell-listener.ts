/** Tells a listener. Its errors are ignored: what is told of must not depend on who listens. */
export const tellListener = (tell: () => void): void => {
  try {
    tell();
  } catch {
    // See above.
  }
};
