import type { NativeCalls } from './native-calls.ts';

/** Access rights that each version of Landlock knows, as bits: include/uapi/linux/landlock.h of the kernel. */
const FILE_RIGHTS: readonly { readonly from: number; readonly bits: number }[] = [
  { from: 5, bits: 0xffff },
  { from: 3, bits: 0x7fff },
  { from: 2, bits: 0x3fff },
  { from: 1, bits: 0x1fff },
];
const NETWORK = { from: 4, bits: 0x3 };
const SCOPES = { from: 6, bits: 0x3 };

const WORD = 8;

/** A struct landlock_ruleset_attr that handles, and so denies, all that the version knows. */
export const denyAll = (abi: number): Uint8Array<ArrayBuffer> => {
  const words = [FILE_RIGHTS.find(({ from }) => abi >= from)?.bits ?? 0];
  if (abi >= NETWORK.from) words.push(NETWORK.bits);
  if (abi >= SCOPES.from) words.push(SCOPES.bits);
  const bytes = new Uint8Array(words.length * WORD);
  words.forEach((word, index) => new DataView(bytes.buffer).setBigUint64(index * WORD, BigInt(word), true));
  return bytes;
};

/** In words, what `denyAll` covers. */
export const coverage = (abi: number): string =>
  ['files', ...(abi >= NETWORK.from ? ['TCP'] : []), ...(abi >= SCOPES.from ? ['signals'] : [])].join(', ');

/**
 * Denies everything to the calling thread and those that it starts from now on.
 *
 * @returns Landlock's version, or minus errno
 */
export const applyLandlock = (native: NativeCalls, closeFile: (fd: number) => void): number => {
  const abi = native.landlockAbi();
  if (abi <= 0) return abi;
  const ruleset = native.createRuleset(denyAll(abi));
  if (ruleset < 0) return ruleset;
  try {
    const result = native.restrictSelf(ruleset);
    return result < 0 ? result : abi;
  } finally {
    closeFile(ruleset);
  }
};
