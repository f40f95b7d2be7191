import { AbortSource } from './abort.ts';
import type { Contract, Handler, HandlerContext, Handlers, MethodName, MethodSpec } from './contract.ts';
import { cutText, ProtocolViolation, RpcError } from './errors.ts';
import type { RpcLimits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import type { Pacer } from './pacer.ts';
import { checkValue } from './schema.ts';
import { ItemSender } from './stream.ts';
import { ITEM_ENVELOPE_BYTES } from './wire.ts';
import type { WireMessage } from './wire.ts';

/** A method with its handler, the types checked when the two were joined. */
interface ServedMethod {
  readonly spec: MethodSpec;
  /** Throws 'invalid-params', or whatever the handler throws. */
  serve(params: unknown, context: HandlerContext<unknown>): unknown;
}

interface RunningCall {
  readonly abort: AbortSource;
  readonly items: ItemSender;
}

type Request = Extract<WireMessage, { kind: 'request' }>;

const serveMethod = <S extends MethodSpec>(spec: S, handler: Handler<S>): ServedMethod => ({
  spec,
  serve: (params, context) => {
    const checked = checkValue<S['params']>(spec.params, params);
    if (!checked.ok) throw new RpcError('invalid-params', `the params are not valid: ${checked.problem}`);
    return handler(checked.value, context);
  },
});

/** Own methods only, in a Map: no name reaches a prototype. */
export const serveMethods = <C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
): ReadonlyMap<string, ServedMethod> => {
  const served = new Map<string, ServedMethod>();
  const methods: C['methods'] = contract.methods;
  const isMethod = (name: string): name is MethodName<C> => Object.hasOwn(methods, name);
  const entry = <M extends MethodName<C>>(name: M): [M, ServedMethod] => {
    if (!Object.hasOwn(handlers, name)) throw new TypeError(`no handler for ${name}`);
    return [name, serveMethod<C['methods'][M]>(methods[name], handlers[name])];
  };
  for (const name of Object.keys(methods)) if (isMethod(name)) served.set(...entry(name));
  return served;
};

/** The requests of the other side that this side is answering. */
export class IncomingCalls {
  readonly #methods: ReadonlyMap<string, ServedMethod>;
  readonly #outbox: Outbox;
  readonly #limits: RpcLimits;
  readonly #pacer: Pacer;
  readonly #onInternalError: (error: unknown) => void;
  /** Cancelled ones included, until their handler is done: they cost what the others cost. */
  readonly #running = new Map<number, RunningCall>();
  #nextId = 0;

  constructor(
    methods: ReadonlyMap<string, ServedMethod>,
    outbox: Outbox,
    limits: RpcLimits,
    pacer: Pacer,
    onInternalError: (error: unknown) => void,
  ) {
    this.#methods = methods;
    this.#outbox = outbox;
    this.#limits = limits;
    this.#pacer = pacer;
    this.#onInternalError = onInternalError;
  }

  request(request: Request): void {
    const { id, method } = request;
    // Answering them all would be as much work as someone likes to make.
    if (this.#methods.size === 0) throw new ProtocolViolation('a request to a side that has no methods');
    if (id !== this.#nextId) throw new ProtocolViolation('a request id that is not the next one');
    this.#nextId++;
    const served = this.#methods.get(method);
    if (served === undefined) {
      this.#outbox.tell(failure(id, new RpcError('unknown-method', 'there is no such method')));
    } else if (this.#running.size >= this.#limits.maxInFlight) {
      this.#outbox.tell(failure(id, new RpcError('busy', 'too many requests at once')));
    } else {
      const call = this.#open(request, served.spec);
      this.#running.set(id, call);
      void this.#answer(request, served, call);
    }
  }

  cancel(id: number): void {
    this.#end(this.#find(id), new RpcError('cancelled', 'the caller cancelled'));
  }

  credit(id: number, bytes: number): void {
    this.#find(id)?.items.credit(bytes);
  }

  abortAll(makeError: () => RpcError): void {
    for (const call of this.#running.values()) this.#end(call, makeError());
    this.#running.clear();
  }

  #find(id: number): RunningCall | undefined {
    if (id >= this.#nextId) throw new ProtocolViolation('a message about a request that was never made');
    return this.#running.get(id);
  }

  #end(call: RunningCall | undefined, error: RpcError): void {
    call?.items.stop(error);
    call?.abort.abort(error);
  }

  #open({ id, window }: Request, spec: MethodSpec): RunningCall {
    const items = new ItemSender({
      window: Math.min(window, this.#limits.maxWindow),
      maxQueuedBytes: this.#limits.maxQueuedBytes,
      weigh: (item) => {
        if (spec.item === undefined) throw new RpcError('invalid-result', 'the method has no items');
        return this.#outbox.weigh({ kind: 'item', id, item }, 'invalid-result') - ITEM_ENVELOPE_BYTES;
      },
      post: (item) => {
        this.#outbox.post({ kind: 'item', id, item }, 'invalid-result');
      },
      pacer: this.#pacer,
    });
    return { abort: new AbortSource(this.#onInternalError), items };
  }

  /** Never rejects. */
  async #answer({ id, params }: Request, served: ServedMethod, { abort, items }: RunningCall): Promise<void> {
    let reply: WireMessage;
    try {
      const result = await served.serve(params, {
        signal: abort,
        write: (item) => items.write(item),
        tryWrite: (item) => items.tryWrite(item),
      });
      reply = { kind: 'answer', id, result };
    } catch (error) {
      reply = this.#failure(id, error);
    }
    await items.finish();
    this.#running.delete(id);
    if (abort.aborted) return;
    try {
      this.#outbox.send(reply, 'invalid-result');
    } catch (error) {
      this.#outbox.tell(this.#failure(id, error));
    }
  }

  #failure(id: number, error: unknown): WireMessage {
    if (RpcError.is(error)) return failure(id, error);
    this.#onInternalError(error);
    return failure(id, new RpcError('internal', 'the handler failed'));
  }
}

const failure = (id: number, { code, message }: RpcError): WireMessage => ({
  kind: 'failure',
  id,
  code,
  message: cutText(message),
});
