/**
 * TextEncoder and TextDecoder for a realm that has neither: Emscripten and Pyodide need UTF-8, UTF-16LE and
 * Latin-1. A decoder from the host would be a host object, which must not enter the realm. Follows the
 * Encoding Standard for malformed input (https://encoding.spec.whatwg.org/#utf-8-decoder).
 */
type Encoding = 'utf-8' | 'utf-16le' | 'latin1';

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16le': 'utf-16le',
  'utf-16': 'utf-16le',
  latin1: 'latin1',
  'iso-8859-1': 'latin1',
};

const REPLACEMENT = 0xfffd;
const CHUNK = 4096;

const bytesOf = (input: ArrayBufferView | ArrayBufferLike): Uint8Array =>
  ArrayBuffer.isView(input)
    ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    : new Uint8Array(input);

class UnitBuffer {
  #text = '';
  #units: number[] = [];

  push(codePoint: number): void {
    if (codePoint < 0x10000) {
      this.#units.push(codePoint);
    } else {
      const offset = codePoint - 0x10000;
      this.#units.push(0xd800 | (offset >> 10), 0xdc00 | (offset & 0x3ff));
    }
    if (this.#units.length >= CHUNK) this.#spill();
  }

  toString(): string {
    this.#spill();
    return this.#text;
  }

  #spill(): void {
    this.#text += String.fromCharCode(...this.#units);
    this.#units = [];
  }
}

const decodeUtf8 = (bytes: Uint8Array, malformed: () => number): string => {
  const units = new UnitBuffer();
  const length = bytes.length;
  let index = 0;
  while (index < length) {
    const first = bytes[index++] ?? 0;
    if (first < 0x80) {
      units.push(first);
      continue;
    }
    let needed: number;
    let codePoint: number;
    let lower = 0x80;
    let upper = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
      needed = 1;
      codePoint = first & 0x1f;
    } else if (first >= 0xe0 && first <= 0xef) {
      needed = 2;
      codePoint = first & 0x0f;
      if (first === 0xe0) lower = 0xa0;
      if (first === 0xed) upper = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      needed = 3;
      codePoint = first & 0x07;
      if (first === 0xf0) lower = 0x90;
      if (first === 0xf4) upper = 0x8f;
    } else {
      units.push(malformed());
      continue;
    }
    while (needed > 0) {
      const next = index < length ? (bytes[index] ?? 0) : -1;
      if (next < lower || next > upper) break;
      codePoint = (codePoint << 6) | (next & 0x3f);
      lower = 0x80;
      upper = 0xbf;
      index++;
      needed--;
    }
    units.push(needed === 0 ? codePoint : malformed());
  }
  return units.toString();
};

const decodeLatin1 = (bytes: Uint8Array): string => {
  const units = new UnitBuffer();
  for (const byte of bytes) units.push(byte);
  return units.toString();
};

const decodeUtf16 = (bytes: Uint8Array, malformed: () => number): string => {
  const units = new UnitBuffer();
  const unitAt = (index: number): number => (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8);
  const whole = bytes.length - (bytes.length % 2);
  for (let index = 0; index < whole; index += 2) {
    const unit = unitAt(index);
    const next = index + 2 < whole ? unitAt(index + 2) : 0;
    if (unit < 0xd800 || unit > 0xdfff) {
      units.push(unit);
    } else if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
      units.push(unit);
      units.push(next);
      index += 2;
    } else if (whole < bytes.length && index + 2 === whole && unit < 0xdc00) {
      // A lead and half a unit at the end are one fault, reported below.
    } else {
      units.push(malformed());
    }
  }
  if (whole < bytes.length) units.push(malformed());
  return units.toString();
};

export interface TextDecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

export class RealmTextDecoder {
  readonly encoding: Encoding;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label = 'utf-8', options: TextDecoderOptions = {}) {
    const encoding = ENCODINGS[label.toLowerCase()];
    if (encoding === undefined) throw new RangeError(`The "${label}" encoding is not supported`);
    this.encoding = encoding;
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(input?: ArrayBufferView | ArrayBufferLike): string {
    if (input === undefined) return '';
    const bytes = bytesOf(input);
    if (this.encoding === 'latin1') return decodeLatin1(bytes);
    const malformed = (): number => {
      if (this.fatal) throw new TypeError(`The encoded data was not valid for encoding ${this.encoding}`);
      return REPLACEMENT;
    };
    const text = this.encoding === 'utf-16le' ? decodeUtf16(bytes, malformed) : decodeUtf8(bytes, malformed);
    return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

/** What most texts here are; null for others. */
const encodeAscii = (text: string): Uint8Array | null => {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return null;
    bytes[index] = unit;
  }
  return bytes;
};

const encodeUtf8 = (text: string): number[] => {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) ?? REPLACEMENT;
    if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    } else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 0x3f),
        0x80 | ((code >> 6) & 0x3f),
        0x80 | (code & 0x3f),
      );
    }
  }
  return bytes;
};

export class RealmTextEncoder {
  readonly encoding = 'utf-8';

  encode(text = ''): Uint8Array {
    return encodeAscii(text) ?? new Uint8Array(encodeUtf8(text));
  }

  /** Writes whole characters only, as many as fit. */
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const bytes = encodeUtf8(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}
