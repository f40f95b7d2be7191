import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { LIMITS } from '../../../shared/limits.ts';
import { declaredEncoding, HEAD_LENGTH, namedEncoding } from '../../../shared/declared-encoding.ts';
import type { CliIo } from '../dependencies.ts';
import { quote } from '../../foreign-text/printable.ts';
import { openForReading, readCapped } from './read-capped.ts';
import { describeFileError } from '../../base/system-error.ts';
import { UsageError } from '../usage-error.ts';
import { onlySources } from './notebook-sources.ts';

/** Where the Python source comes from; `stdin` is written as `-`. */
export type ScriptSource =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

/** What editors and shells of Windows put before such a text. Python itself does not take it. */
const UTF16 = [
  { encoding: 'utf-16le', mark: [0xff, 0xfe] },
  { encoding: 'utf-16be', mark: [0xfe, 0xff] },
] as const;

const latin1 = new TextDecoder('latin1');

/** Decides between FILE, `-` and `-c CODE`: exactly one of them is needed. */
export function scriptSource(file: string | undefined, code: string | undefined): ScriptSource {
  if (file !== undefined && code !== undefined) {
    throw new UsageError(`both ${quote(file)} and -c were given; give either a file or -c CODE`);
  }
  if (code !== undefined) return { kind: 'code', code };
  if (file === '-') return { kind: 'stdin' };
  if (file !== undefined) return { kind: 'file', path: file };
  throw new UsageError('there is nothing to run; give a FILE, "-" for standard input, or -c CODE');
}

/** Returns the Python source. Rejects with a UsageError for whatever can't be one. */
export async function readScript(source: ScriptSource, io: CliIo, signal: AbortSignal): Promise<string> {
  switch (source.kind) {
    case 'code':
      if (Buffer.byteLength(source.code) > LIMITS.codeBytes) throw tooLong('the code after -c');
      return source.code;
    case 'stdin':
      return readText(() => io.stdin, 'standard input', signal);
    case 'file':
      return readFile(resolve(io.cwd, source.path), quote(source.path), signal);
  }
}

async function readFile(path: string, label: string, signal: AbortSignal): Promise<string> {
  const open = (): Readable => openForReading(path);
  if (!path.toLowerCase().endsWith('.ipynb')) return readText(open, label, signal);
  // Most of a notebook is what its cells have shown, which is not run.
  const sources = onlySources(await readText(open, label, signal, LIMITS.documentBytes));
  if (sources === null) throw new UsageError(`${label} is not a notebook: its text is no JSON with cells`);
  if (Buffer.byteLength(sources) > LIMITS.codeBytes) throw tooLong(`the code in ${label}`);
  return sources;
}

async function readText(
  open: () => Readable,
  label: string,
  signal: AbortSignal,
  maxBytes: number = LIMITS.codeBytes,
): Promise<string> {
  const bytes = await readBytes(open, label, signal, maxBytes);
  const utf16 = UTF16.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte));
  if (utf16 !== undefined) return new TextDecoder(utf16.encoding).decode(bytes);
  const encoding = declaredEncoding(latin1.decode(bytes.subarray(0, HEAD_LENGTH))) ?? 'utf-8';
  const decode = decoding(encoding);
  if (decode === null)
    throw new UsageError(
      `${label} says that it is in ${quote(encoding)}, which is not known here; save it as UTF-8`,
    );
  const text = decode(bytes);
  if (text === null) throw new UsageError(`${label} is not ${encoding.toUpperCase()} text; save it as UTF-8`);
  return text;
}

/** How a text in an encoding is read: null for bytes that mean nothing in it. Null for one that is not known. */
const decoding = (encoding: string): ((bytes: Uint8Array) => string | null) | null => {
  const named = namedEncoding(encoding);
  switch (named.kind) {
    case 'utf-8':
      return webDecoding('utf-8');
    case 'latin-1':
      return (bytes) => Buffer.from(bytes).toString('latin1');
    case 'ascii':
      return (bytes) => (bytes.every((byte) => byte < 128) ? Buffer.from(bytes).toString('latin1') : null);
    case 'other':
      return webDecoding(named.label);
  }
};

const webDecoding = (label: string): ReturnType<typeof decoding> => {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    return null;
  }
  // Such a text can't say what it is in a line of ASCII.
  if (decoder.encoding.startsWith('utf-16')) return null;
  return (bytes) => {
    try {
      // A byte order mark is dropped: TextDecoder does that unless told otherwise.
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  };
};

async function readBytes(
  open: () => Readable,
  label: string,
  signal: AbortSignal,
  maxBytes: number,
): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readCapped(open(), maxBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(`${label} ${describeFileError(error)}`);
  }
  if (bytes === null) throw tooLong(label, maxBytes);
  return bytes;
}

/** Only code may be data that would better be given as a file. */
function tooLong(label: string, maxBytes: number = LIMITS.codeBytes): UsageError {
  const advice = maxBytes === LIMITS.codeBytes ? '; pass data with --file instead' : '';
  return new UsageError(`${label} is longer than ${maxBytes} bytes${advice}`);
}
