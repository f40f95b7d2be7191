import { MIB } from '../units.ts';

/** What one peer accepts and sends. Bytes are those of measure.ts. */
export interface RpcLimits {
  /** Largest message accepted, in bytes; a larger one is a protocol violation. */
  readonly maxMessageBytes: number;
  /** Largest message sent, in bytes; a larger one is refused with 'too-large' before it is posted. */
  readonly maxSendBytes: number;
  /** Deepest nesting of arrays and objects, the message itself included, both ways. */
  readonly maxDepth: number;
  /** Most values in one message (array elements and object properties at all levels), both ways. */
  readonly maxNodes: number;
  /** Most requests of the other side being answered at once; further ones are answered with 'busy'. */
  readonly maxInFlight: number;
  /** Most calls of this side waiting for their answer; further ones reject with 'busy'. */
  readonly maxPending: number;
  /** Most bytes of items that wait for room in the caller's window, per request answered here. */
  readonly maxQueuedBytes: number;
  /** Largest window honoured, in bytes: what one caller can make this side put on the wire unconsumed. */
  readonly maxWindow: number;
  /** Window of a call that names none, in bytes. */
  readonly window: number;
}

const DEFAULT_LIMITS: RpcLimits = {
  maxMessageBytes: 16 * MIB,
  maxSendBytes: 16 * MIB,
  maxDepth: 64,
  maxNodes: 100_000,
  maxInFlight: 64,
  maxPending: 64,
  maxQueuedBytes: 8 * MIB,
  maxWindow: 256 * MIB,
  window: MIB,
};

export const resolveLimits = (limits: Partial<RpcLimits> = {}): RpcLimits => {
  const resolved = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`limit ${name} must be a whole number, not ${String(value)}`);
    }
  }
  return resolved;
};
