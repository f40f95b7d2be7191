/**
 * What the build puts into Emscripten's linker (`scripts/build/standalone-scripts.ts`): after each shared library that looks
 * through all symbols there are, some 9,000, for those that are not known yet. With the 54 libraries of NumPy and pandas that
 * takes 0.2 s.
 */

/** A symbol's address, which is not known yet. */
interface Address {
  value: number;
}

/** In the order in which libraries have asked for them. There is one linker in a realm. */
const awaited = new Map<string, Address>();

/** Notes a symbol that a library needs, before it is known where it is. */
export const awaitAddress = (symbol: string, address: Address): Address => {
  awaited.set(symbol, address);
  return address;
};

/**
 * Symbols that were not known when they were asked for, in the place of all that there are. Where the linker throws at one of
 * them, all are looked at again next time.
 */
export function* awaitedAddresses(): Generator<[string, Address]> {
  yield* awaited;
  awaited.clear();
}
