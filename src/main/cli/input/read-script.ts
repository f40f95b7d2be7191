import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { LIMITS } from '../../../shared/limits.ts';
import type { CliIo } from '../dependencies.ts';
import { quote } from '../../foreign-text/printable.ts';
import { openForReading, readCapped } from './read-capped.ts';
import { describeFileError } from '../../base/system-error.ts';
import { UsageError } from '../usage-error.ts';

/** Where the Python source comes from; `stdin` is written as `-`. */
export type ScriptSource =
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' };

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
      return readText(() => openForReading(resolve(io.cwd, source.path)), quote(source.path), signal);
  }
}

async function readText(open: () => Readable, label: string, signal: AbortSignal): Promise<string> {
  const bytes = await readBytes(open, label, signal);
  try {
    // A byte order mark is dropped: TextDecoder does that unless told otherwise.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${label} is not UTF-8 text; save it as UTF-8`);
  }
}

async function readBytes(open: () => Readable, label: string, signal: AbortSignal): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readCapped(open(), LIMITS.codeBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(`${label} ${describeFileError(error)}`);
  }
  if (bytes === null) throw tooLong(label);
  return bytes;
}

function tooLong(label: string): UsageError {
  return new UsageError(`${label} is longer than ${LIMITS.codeBytes} bytes; pass data with --file instead`);
}
