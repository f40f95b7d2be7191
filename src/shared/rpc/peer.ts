import type { z } from 'zod';
import type { CallOptions, Contract, EventHandlers, EventName, Handlers, MethodName } from './contract.ts';
import { cutText, ProtocolViolation, RpcError } from './errors.ts';
import type { RpcErrorCode } from './errors.ts';
import { IncomingCalls, serveMethods } from './incoming.ts';
import { resolveLimits } from './limits.ts';
import type { RpcLimits } from './limits.ts';
import { measure } from './measure.ts';
import type { MeasureLimits } from './measure.ts';
import { Outbox } from './outbox.ts';
import { OutgoingCalls } from './outgoing.ts';
import type { OutgoingOptions } from './outgoing.ts';
import { Pacer, type NextTurn } from './pacer.ts';
import type { RpcPort } from './port.ts';
import { checkValue } from './schema.ts';
import { ITEM_ENVELOPE_BYTES, WireMessage } from './wire.ts';

export interface RpcPeerOptions<Local extends Contract, Remote extends Contract> {
  readonly port: RpcPort;
  /** What this side answers and emits. */
  readonly local: Local;
  /** What the other side answers and emits. */
  readonly remote: Remote;
  readonly handlers: Handlers<Local>;
  /** Events without a handler are checked and dropped. */
  readonly onEvent?: EventHandlers<Remote>;
  readonly limits?: Partial<RpcLimits>;
  /** Needed by a side with a method that streams items. */
  readonly nextTurn?: NextTurn;
  /** For logs: what handlers, listeners and the port threw, which the other side never learns. */
  readonly onInternalError?: (error: unknown) => void;
}

type EventListener = (payload: unknown) => void | Promise<void>;

const streamsItems = ({ methods }: Contract): boolean =>
  Object.values(methods).some(({ item }) => item !== undefined);

/** For a side that never writes an item. */
const noTurn: NextTurn = () => Promise.resolve();

/** Joins each event's schema with its handler; a listener throws ProtocolViolation for a bad payload. */
const listenTo = <C extends Contract>(
  contract: C,
  handlers: EventHandlers<C>,
): ReadonlyMap<string, EventListener> => {
  const listeners = new Map<string, EventListener>();
  const events: C['events'] = contract.events;
  const isEvent = (name: string): name is EventName<C> => Object.hasOwn(events, name);
  const entry = <E extends EventName<C>>(name: E): [E, EventListener] => {
    const schema = events[name];
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    const listener: EventListener = (payload) => {
      const checked = checkValue<C['events'][E]>(schema, payload);
      if (!checked.ok) throw new ProtocolViolation('an event that fails its schema');
      return handler?.(checked.value);
    };
    return [name, listener];
  };
  for (const name of Object.keys(events)) if (isEvent(name)) listeners.set(...entry(name));
  return listeners;
};

/**
 * One end of a connection between two programs that don't trust each other. Both ends are the same class
 * with `local` and `remote` swapped. Nothing the other side sends can make it throw, hang a call or grow
 * without bound: what breaks the protocol closes the peer, and its owner learns it from `closed`.
 */
export class RpcPeer<Local extends Contract, Remote extends Contract> {
  /** Resolves with the reason when the peer has closed, however that came about; never rejects. */
  readonly closed: Promise<string>;

  readonly #port: RpcPort;
  readonly #local: Local;
  readonly #remote: Remote;
  readonly #receiveLimits: MeasureLimits;
  readonly #listeners: ReadonlyMap<string, EventListener>;
  readonly #outbox: Outbox;
  readonly #pacer: Pacer;
  readonly #incoming: IncomingCalls;
  readonly #outgoing: OutgoingCalls;
  readonly #onInternalError: ((error: unknown) => void) | undefined;
  #closeReason: string | undefined;
  #violated = false;
  #resolveClosed: (reason: string) => void = () => undefined;

  constructor(options: RpcPeerOptions<Local, Remote>) {
    const limits = resolveLimits(options.limits);
    if (options.nextTurn === undefined && streamsItems(options.local))
      throw new TypeError('a side that streams items needs nextTurn');
    this.#pacer = new Pacer(options.nextTurn ?? noTurn);
    this.#port = options.port;
    this.#local = options.local;
    this.#remote = options.remote;
    this.#onInternalError = options.onInternalError;
    this.#receiveLimits = {
      maxBytes: limits.maxMessageBytes,
      maxDepth: limits.maxDepth,
      maxNodes: limits.maxNodes,
    };
    this.#listeners = listenTo(options.remote, options.onEvent ?? {});
    const report = (error: unknown): void => {
      this.#report(error);
    };
    this.#outbox = new Outbox(options.port, limits, (error) => {
      this.#report(error);
      this.#shutDown('the port is broken', 'closed');
    });
    this.#outgoing = new OutgoingCalls(this.#outbox, limits);
    this.#incoming = new IncomingCalls(
      serveMethods(options.local, options.handlers),
      this.#outbox,
      limits,
      this.#pacer,
      report,
    );
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    options.port.onClose((reason) => {
      this.#shutDown(reason, 'closed');
    });
    options.port.onMessage((message) => {
      this.#receive(message);
    });
  }

  /** Whether the peer was closed because the other side broke the protocol. */
  get violated(): boolean {
    return this.#violated;
  }

  /**
   * Calls a method of the other side. Rejects with RpcError, or with what onItem threw. Never stays pending
   * longer than the peer is open.
   */
  call<M extends MethodName<Remote>>(
    method: M,
    params: z.input<Remote['methods'][M]['params']>,
    options?: CallOptions<Remote['methods'][M]>,
  ): Promise<z.output<Remote['methods'][M]['result']>>;
  call(method: string, params: unknown, options: OutgoingOptions = {}): Promise<unknown> {
    if (this.#closeReason !== undefined) {
      return Promise.reject(new RpcError('closed', this.#closeReason));
    }
    const spec = Object.hasOwn(this.#remote.methods, method) ? this.#remote.methods[method] : undefined;
    return this.#outgoing.start(method, spec, params, options);
  }

  /**
   * Sends an event; there is no flow control. Throws RpcError ('invalid-params', 'too-large') for a payload
   * that can't be sent; does nothing when the peer is closed. Whether it fits its schema is checked where it arrives.
   */
  emit<E extends EventName<Local>>(event: E, payload: z.input<Local['events'][E]>): void {
    if (this.#closeReason !== undefined) return;
    if (!Object.hasOwn(this.#local.events, event)) {
      throw new RpcError('invalid-params', 'the contract has no such event');
    }
    this.#outbox.send({ kind: 'event', name: event, payload }, 'invalid-params');
  }

  /** Closes both ends. Every pending call rejects at once with 'closed' and the reason. */
  close(reason: string): void {
    this.#shutDown(reason, 'closed');
  }

  #receive(raw: unknown): void {
    if (this.#closeReason !== undefined) return;
    this.#pacer.noteTurn();
    try {
      const bytes = measure(raw, this.#receiveLimits);
      if (typeof bytes !== 'number') throw new ProtocolViolation(`a message was refused: ${bytes.text}`);
      const message = checkValue(WireMessage, raw);
      if (!message.ok) throw new ProtocolViolation('a malformed message');
      this.#dispatch(message.value, bytes);
    } catch (error) {
      if (error instanceof ProtocolViolation) {
        this.#shutDown(`protocol violation: ${error.message}`, 'protocol-violation');
      } else {
        this.#report(error);
        this.#shutDown('internal error', 'closed');
      }
    }
  }

  #dispatch(message: WireMessage, bytes: number): void {
    switch (message.kind) {
      case 'request':
        this.#incoming.request(message);
        break;
      case 'answer':
        this.#outgoing.answer(message.id, message.result);
        break;
      case 'failure':
        this.#outgoing.failure(message.id, message.code, message.message);
        break;
      case 'cancel':
        this.#incoming.cancel(message.id);
        break;
      case 'item':
        this.#outgoing.item(message.id, message.item, bytes - ITEM_ENVELOPE_BYTES);
        break;
      case 'credit':
        this.#incoming.credit(message.id, message.bytes);
        break;
      case 'event':
        this.#deliver(message.name, message.payload);
        break;
      case 'close':
        this.#shutDown(`closed by the other side: ${message.reason}`, 'closed');
        break;
    }
  }

  #deliver(name: string, payload: unknown): void {
    const listener = this.#listeners.get(name);
    if (listener === undefined) throw new ProtocolViolation('an unknown event');
    try {
      const handled = listener(payload);
      if (handled !== undefined) {
        Promise.resolve(handled).catch((error: unknown) => {
          this.#report(error);
        });
      }
    } catch (error) {
      if (error instanceof ProtocolViolation) throw error;
      this.#report(error);
    }
  }

  #shutDown(reason: string, code: RpcErrorCode): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#violated = code === 'protocol-violation';
    try {
      this.#port.post({ kind: 'close', reason: cutText(reason) } satisfies WireMessage);
    } catch {
      // The port may be dead already; the goodbye is only a courtesy.
    }
    this.#outgoing.rejectAll(() => new RpcError(code, reason));
    this.#incoming.abortAll(() => new RpcError('closed', reason));
    try {
      this.#port.close();
    } catch (error) {
      this.#report(error);
    }
    this.#resolveClosed(reason);
  }

  #report(error: unknown): void {
    try {
      this.#onInternalError?.(error);
    } catch {
      // A log that fails must not take the connection with it.
    }
  }
}
