/** The encodings in which Python reads its sources (PEP 263): UTF-8, and those of which each character is one byte. */

import { declaredEncoding, HEAD_LENGTH, namedEncoding } from '../../../shared/declared-encoding.ts';

const SINGLE_BYTE = /^(?:windows-(?:125\d|874)|iso-8859-\d+|koi8-[ru]|macintosh|x-mac-cyrillic|ibm866)$/u;

interface Codec {
  /** Null for bytes that mean nothing in it. */
  readonly decode: (bytes: Uint8Array) => string | null;
  /** The bytes, or the first character that it does not have. */
  readonly encode: (text: string) => Uint8Array | { readonly missing: string };
}

const utf8: Codec = {
  decode: (bytes) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return null;
    }
  },
  encode: (text) => new TextEncoder().encode(text),
};

const singleByte = (characters: readonly (string | undefined)[]): Codec => {
  const codes = new Map(
    characters.flatMap((character, code): [string, number][] =>
      character === undefined ? [] : [[character, code]],
    ),
  );
  return {
    decode: (bytes) => {
      const parts: string[] = [];
      for (const byte of bytes) {
        const character = characters[byte];
        if (character === undefined) return null;
        parts.push(character);
      }
      return parts.join('');
    },
    encode: (text) => {
      const bytes: number[] = [];
      for (const character of text) {
        const code = codes.get(character);
        if (code === undefined) return { missing: character };
        bytes.push(code);
      }
      return Uint8Array.from(bytes);
    },
  };
};

const firstCodes = (count: number): string[] =>
  Array.from({ length: count }, (_none, code) => String.fromCharCode(code));

/** Null for one that is not known. */
const codecOf = (name: string): Codec | null => {
  const named = namedEncoding(name);
  switch (named.kind) {
    case 'utf-8':
      return utf8;
    case 'latin-1':
      return singleByte(firstCodes(256));
    case 'ascii':
      return singleByte(firstCodes(128));
    case 'other':
      return webCodec(named.label);
  }
};

const webCodec = (label: string): Codec | null => {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    if (!SINGLE_BYTE.test(decoder.encoding)) return null;
    return singleByte(
      Array.from({ length: 256 }, (_none, code) => {
        try {
          return decoder.decode(Uint8Array.of(code));
        } catch {
          return undefined;
        }
      }),
    );
  } catch {
    return null;
  }
};

export type DecodedPython =
  | { readonly kind: 'text'; readonly text: string; readonly hasByteOrderMark: boolean }
  /** Its encoding is not known. */
  | { readonly kind: 'unknown'; readonly encoding: string }
  /** It is not in its encoding. */
  | { readonly kind: 'broken'; readonly encoding: string };

const MARK = [0xef, 0xbb, 0xbf] as const;

export const decodePython = (bytes: Uint8Array): DecodedPython => {
  const hasByteOrderMark = MARK.every((byte, at) => bytes[at] === byte);
  const content = hasByteOrderMark ? bytes.subarray(MARK.length) : bytes;
  const head = singleByte(firstCodes(256)).decode(content.subarray(0, HEAD_LENGTH)) ?? '';
  const encoding = hasByteOrderMark ? 'utf-8' : (declaredEncoding(head) ?? 'utf-8');
  const codec = codecOf(encoding);
  if (codec === null) return { kind: 'unknown', encoding };
  const text = codec.decode(content);
  return text === null ? { kind: 'broken', encoding } : { kind: 'text', text, hasByteOrderMark };
};

export type EncodedPython =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly encoding: string }
  /** The declared encoding has no such character. */
  | { readonly kind: 'missing'; readonly encoding: string; readonly character: string };

export const encodePython = (text: string, hasByteOrderMark: boolean): EncodedPython => {
  const encoding = hasByteOrderMark ? 'utf-8' : (declaredEncoding(text) ?? 'utf-8');
  const codec = codecOf(encoding);
  if (codec === null) return { kind: 'unknown', encoding };
  const bytes = codec.encode(text);
  if (!(bytes instanceof Uint8Array)) return { kind: 'missing', encoding, character: bytes.missing };
  if (!hasByteOrderMark) return { kind: 'bytes', bytes };
  const marked = new Uint8Array(MARK.length + bytes.byteLength);
  marked.set(MARK);
  marked.set(bytes, MARK.length);
  return { kind: 'bytes', bytes: marked };
};
