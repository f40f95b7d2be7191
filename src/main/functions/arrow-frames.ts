/** Data frames in calls of functions: bytes of an Arrow IPC stream, which cross as base64 under a key of their own. */
import type { JsonSchema } from './value-schema.ts';
import { isSchema } from './python-types.ts';

/** As host_functions.py has it. */
const KEY = '__arrow__';
/** What the first message of a stream begins with. */
const CONTINUATION = 0xffffffff;

/** What says of a schema which values it takes; one without these takes any. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'description',
  'title',
  'examples',
  'default',
  '$comment',
]);

/** Names of the arguments that may be frames: those of whose values the schema says nothing. */
export const frameArguments = ({ properties }: JsonSchema): readonly string[] =>
  Object.entries(isSchema(properties) ? properties : {})
    .filter(([, schema]) => isSchema(schema) && Object.keys(schema).every((key) => SAYS_NOTHING.has(key)))
    .map(([name]) => name);

type Arguments = Readonly<Record<string, unknown>>;

export type ReadFrames =
  { readonly ok: true; readonly value: Arguments } | { readonly ok: false; readonly problem: string };

/** The arguments with the bytes of the frames among them. What is in the bytes is the guest's: only their beginning is looked at. */
export const readFrames = (given: Arguments, names: readonly string[]): ReadFrames => {
  const value = { ...given };
  for (const name of names) {
    const text = Object.hasOwn(given, name) ? frameText(given[name]) : null;
    if (text === null) continue;
    const bytes = new Uint8Array(Buffer.from(text, 'base64'));
    const isStream = bytes.byteLength >= 8 && new DataView(bytes.buffer).getUint32(0) === CONTINUATION;
    if (!isStream) return { ok: false, problem: `${name}: is no Arrow stream` };
    value[name] = bytes;
  }
  return { ok: true, value };
};

/** For whoever decides on the call, or keeps it: how large the frames are instead of their bytes. */
export const withoutFrames = <T extends Arguments>(given: T, names: readonly string[]): T => {
  const shown = names.flatMap((name) => {
    const text = Object.hasOwn(given, name) ? frameText(given[name]) : null;
    return text === null ? [] : [[name, { arrow: `${Buffer.byteLength(text, 'base64')} bytes` }] as const];
  });
  return { ...given, ...Object.fromEntries(shown) };
};

/** A result, with its frames as they cross: bytes, or an object with bytes among its values. */
export const writeFrames = (result: unknown): unknown => {
  const bytes = bytesOf(result);
  if (bytes !== null) return frameOf(bytes);
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
  const entries = Object.entries(result);
  if (!entries.some(([, value]) => bytesOf(value) !== null)) return result;
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const inner = bytesOf(value);
      return [key, inner === null ? (value as unknown) : frameOf(inner)];
    }),
  );
};

const frameOf = (bytes: Buffer): Readonly<Record<string, string>> => ({ [KEY]: bytes.toString('base64') });

const bytesOf = (value: unknown): Buffer | null => {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : null;
};

/** Base64 of a frame; null for what is none. */
const frameText = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, KEY)) return null;
  const text: unknown = Reflect.get(value, KEY);
  return typeof text === 'string' && Object.keys(value).length === 1 ? text : null;
};
