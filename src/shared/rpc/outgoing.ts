import type { z } from 'zod';
import type { AbortSignalLike } from './abort.ts';
import type { MethodSpec } from './contract.ts';
import { ProtocolViolation, RpcError } from './errors.ts';
import type { RpcErrorCode } from './errors.ts';
import type { RpcLimits } from './limits.ts';
import type { Outbox } from './outbox.ts';
import { checkValue } from './schema.ts';
import { ItemReceiver } from './stream.ts';

/** CallOptions without the method's types, which the peer's signature has checked. */
export interface OutgoingOptions {
  readonly signal?: AbortSignalLike;
  readonly window?: number;
  readonly onItem?: (item: unknown) => void | Promise<void>;
}

interface PendingCall {
  readonly result: z.ZodType;
  readonly item: z.ZodType | undefined;
  readonly items: ItemReceiver | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly unlisten: () => void;
  /** The answer is here and waits for onItem. */
  answered: boolean;
}

/** The calls this side has made and that wait for their answer. */
export class OutgoingCalls {
  readonly #outbox: Outbox;
  readonly #limits: RpcLimits;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 0;

  constructor(outbox: Outbox, limits: RpcLimits) {
    this.#outbox = outbox;
    this.#limits = limits;
  }

  start(
    method: string,
    spec: MethodSpec | undefined,
    params: unknown,
    options: OutgoingOptions,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (spec === undefined) throw new RpcError('unknown-method', 'the contract has no such method');
      const { signal, onItem } = options;
      if (signal?.aborted === true) throw cancelled();
      if (this.#pending.size >= this.#limits.maxPending) {
        throw new RpcError('busy', 'too many calls wait for their answer');
      }
      const wantsItems = onItem !== undefined && spec.item !== undefined;
      const window = wantsItems ? (options.window ?? this.#limits.window) : 0;
      if (!Number.isSafeInteger(window) || (wantsItems && window <= 0)) {
        throw new RpcError('invalid-params', 'the window must be a positive whole number of bytes');
      }
      const id = this.#nextId;
      this.#outbox.send({ kind: 'request', id, method, params, window }, 'invalid-params');
      this.#nextId++;

      const cancel = (): void => {
        this.#abandon(id, cancelled());
      };
      const items = wantsItems
        ? new ItemReceiver({
            window,
            onItem,
            grant: (bytes) => {
              this.#outbox.tell({ kind: 'credit', id, bytes });
            },
            fail: (error) => {
              this.#abandon(id, error);
            },
          })
        : undefined;
      this.#pending.set(id, {
        result: spec.result,
        item: spec.item,
        items,
        resolve,
        reject,
        unlisten: () => signal?.removeEventListener('abort', cancel),
        answered: false,
      });
      signal?.addEventListener('abort', cancel);
    });
  }

  answer(id: number, result: unknown): void {
    const call = this.#unanswered(id);
    if (call === undefined) return;
    call.answered = true;
    const checked = checkValue(call.result, result);
    this.#whenItemsAreHandled(id, call, () => {
      if (checked.ok) call.resolve(checked.value);
      else call.reject(new RpcError('invalid-result', `the answer is not valid: ${checked.problem}`));
    });
  }

  failure(id: number, code: RpcErrorCode, message: string): void {
    const call = this.#unanswered(id);
    if (call === undefined) return;
    call.answered = true;
    this.#whenItemsAreHandled(id, call, () => {
      call.reject(new RpcError(code, message, 'remote'));
    });
  }

  item(id: number, item: unknown, bytes: number): void {
    const call = this.#unanswered(id);
    if (call === undefined) return;
    if (call.items === undefined || call.item === undefined) {
      throw new ProtocolViolation('an item for a call that wants none');
    }
    call.items.reserve(bytes);
    const checked = checkValue(call.item, item);
    if (checked.ok) call.items.accept(checked.value, bytes);
    else this.#abandon(id, new RpcError('invalid-result', `an item is not valid: ${checked.problem}`));
  }

  rejectAll(makeError: () => RpcError): void {
    for (const [id, call] of this.#pending) {
      this.#forget(id, call);
      call.reject(makeError());
    }
  }

  /** Undefined for a call that has ended or has its answer: what comes late is dropped. */
  #unanswered(id: number): PendingCall | undefined {
    if (id >= this.#nextId) throw new ProtocolViolation('a reply to a request that was never made');
    const call = this.#pending.get(id);
    return call?.answered === false ? call : undefined;
  }

  #whenItemsAreHandled(id: number, call: PendingCall, settle: () => void): void {
    const finish = (): void => {
      this.#forget(id, call);
      settle();
    };
    if (call.items === undefined) finish();
    else call.items.whenIdle(finish);
  }

  /** Ends a call from this side and lets the other side know. */
  #abandon(id: number, error: unknown): void {
    const call = this.#pending.get(id);
    if (call === undefined) return;
    this.#forget(id, call);
    call.reject(error);
    if (!call.answered) this.#outbox.tell({ kind: 'cancel', id });
  }

  #forget(id: number, call: PendingCall): void {
    this.#pending.delete(id);
    call.items?.stop();
    call.unlisten();
  }
}

const cancelled = (): RpcError => new RpcError('cancelled', 'the call was cancelled');
