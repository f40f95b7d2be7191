/**
 * Why a call failed. Closed on purpose: callers switch over it, and it is part of the wire format.
 * Outcomes a caller is expected to handle belong in the method's result schema instead.
 */
export const RPC_ERROR_CODES = [
  /** The peer was closed, or its port died, before the answer came. */
  'closed',
  /** The caller's signal aborted, or the handler gave up because of that. */
  'cancelled',
  'unknown-method',
  /** The params failed the method's schema, or can't be cloned. */
  'invalid-params',
  /** The result or an item failed the method's schema at the caller, or can't be cloned. */
  'invalid-result',
  /** A message, an item or a queue is over its limit. */
  'too-large',
  /** Too many calls at once, here (`maxPending`) or there (`maxInFlight`). */
  'busy',
  /** The other side broke the protocol; the peer is closed. */
  'protocol-violation',
  /** The handler refused, with a message meant for the caller. Handlers throw this one deliberately. */
  'failed',
  /** The handler threw something else. What it was stays on its side. */
  'internal',
] as const;
export type RpcErrorCode = (typeof RPC_ERROR_CODES)[number];

/** Longest error message or close reason on the wire, in UTF-16 units. Longer ones are cut by the sender. */
export const MAX_ERROR_TEXT = 2000;

/** Where an error came from: 'remote' means that code and message are the other side's claim. */
export type RpcErrorOrigin = 'local' | 'remote';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcErrorCode;
  /**
   * A remote 'closed' says that something behind the other side closed, not this peer: ask `peer.closed`
   * for that. The message of a remote error may be hostile text.
   */
  readonly origin: RpcErrorOrigin;

  readonly #brand = true;

  constructor(code: RpcErrorCode, message: string, origin: RpcErrorOrigin = 'local') {
    super(message);
    this.code = code;
    this.origin = origin;
  }

  /** Like `instanceof`, but runs no code of a thrown proxy: what a handler throws may come from a guest. */
  static is(error: unknown): error is RpcError {
    return typeof error === 'object' && error !== null && #brand in error && error.#brand;
  }
}

/** Thrown while a received message is handled; the peer turns it into its own closing. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

export const cutText = (text: string): string =>
  text.length <= MAX_ERROR_TEXT ? text : `${text.slice(0, MAX_ERROR_TEXT - 1)}…`;
