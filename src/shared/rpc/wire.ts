import { z } from 'zod';
import { MAX_ERROR_TEXT, RPC_ERROR_CODES } from './errors.ts';
import { measure } from './measure.ts';

/** Longest method or event name on the wire, in UTF-16 units. */
const MAX_NAME = 128;

/** Requests are numbered 0, 1, 2, … by the side that makes them, so "ever used" is "below the next one". */
const Id = z.int().nonnegative();
const Name = z.string().max(MAX_NAME);
const Text = z.string().max(MAX_ERROR_TEXT);
const Bytes = z.int().nonnegative();

export const WireMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('request'),
    id: Id,
    method: Name,
    params: z.unknown(),
    /** Bytes of items that may be sent before credit comes back. 0: the caller wants no items. */
    window: Bytes,
  }),
  z.strictObject({ kind: z.literal('answer'), id: Id, result: z.unknown() }),
  z.strictObject({ kind: z.literal('failure'), id: Id, code: z.enum(RPC_ERROR_CODES), message: Text }),
  z.strictObject({ kind: z.literal('cancel'), id: Id }),
  z.strictObject({ kind: z.literal('item'), id: Id, item: z.unknown() }),
  /** Gives back room in the window: that many bytes of items have been handled. */
  z.strictObject({ kind: z.literal('credit'), id: Id, bytes: Bytes.positive() }),
  z.strictObject({ kind: z.literal('event'), name: Name, payload: z.unknown() }),
  /** Goodbye, for transports that don't tell the other side when they close. */
  z.strictObject({ kind: z.literal('close'), reason: Text }),
]);
export type WireMessage = z.infer<typeof WireMessage>;

const sizeOf = (value: unknown): number => {
  const size = measure(value, { maxBytes: 1e6, maxDepth: 2, maxNodes: 10 });
  if (typeof size !== 'number') throw new Error(`the envelope can't be measured: ${size.text}`);
  return size;
};

/** Bytes of an item message without its item: windows count items alone, messages are measured whole. */
export const ITEM_ENVELOPE_BYTES =
  sizeOf({ kind: 'item', id: 0, item: null } satisfies WireMessage) - sizeOf(null);
