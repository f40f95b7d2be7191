/**
 * Entries of Emscripten's global offset table that have no address yet. After each shared library its linker looks for them
 * among all entries, some 9,000: 0.2 s for the 54 libraries of NumPy and pandas. The build has it keep them here instead
 * (`scripts/build/standalone-scripts.ts`).
 */

/** A `WebAssembly.Global`; -1 before the symbol is resolved. */
interface Address {
  value: number;
}

/** By symbol. Each realm evaluates this script anew, and has one linker. */
const unresolved = new Map<string, Address>();

/** Returns the entry, for use in an expression. */
export const noteUnresolved = (symbol: string, address: Address): Address => {
  unresolved.set(symbol, address);
  return address;
};

/**
 * Symbols and their entries, for the linker to resolve. They are forgotten at the end only: where it throws at one of them,
 * the next library finds all of them again.
 */
export function* unresolvedSymbols(): Generator<[string, Address]> {
  yield* unresolved;
  unresolved.clear();
}
