/**
 * Near the end of the stack a call into the host would fail inside the host, with an error object of the
 * host's realm: a way out for the guest. So every call makes sure, within the guest's realm, that there is
 * stack left for the host's part.
 */
const FRAMES = 200;

const descend = (frames: number): number => (frames === 0 ? 0 : descend(frames - 1) + 1);

/** Throws the guest realm's own RangeError when little stack is left. */
export const requireStack = (): void => {
  if (descend(FRAMES) !== FRAMES) throw new RangeError('unreachable');
};
