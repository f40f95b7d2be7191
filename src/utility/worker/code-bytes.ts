/** With the flag, whole pairs are characters of their own. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/gu;

/** A code unit in the form of three bytes, as UTF-8 would have it if it were a character. */
const threeBytes = (unit: number): [number, number, number] => [
  0xe0 | (unit >> 12),
  0x80 | ((unit >> 6) & 0x3f),
  0x80 | (unit & 0x3f),
];

/**
 * Encodes code for Python: UTF-8 in which lone surrogates are kept (`surrogatepass`), so that Python reports them and the
 * code is not altered.
 */
export const bytesOfCode = (code: string, encode: (text: string) => Uint8Array): Uint8Array => {
  const lone = [...code.matchAll(LONE_SURROGATE)];
  if (lone.length === 0) return encode(code);
  const parts: number[] = [];
  let end = 0;
  for (const { index } of lone) {
    for (const byte of encode(code.slice(end, index))) parts.push(byte);
    parts.push(...threeBytes(code.charCodeAt(index)));
    end = index + 1;
  }
  for (const byte of encode(code.slice(end))) parts.push(byte);
  return Uint8Array.from(parts);
};
