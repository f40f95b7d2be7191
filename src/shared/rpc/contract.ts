import type { z } from 'zod';
import type { AbortSignalLike } from './abort.ts';

/** Schemas must be synchronous. Values travel as the schema's input and arrive as its output. */
export interface MethodSpec {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Items that the answering side streams to the caller before it answers. */
  readonly item?: z.ZodType;
}

/** The surface of one side: the methods it answers and the events it emits. */
export interface Contract {
  readonly methods: Readonly<Record<string, MethodSpec>>;
  readonly events: Readonly<Record<string, z.ZodType>>;
}

/** Checks the shape and keeps the exact types, which all the types below are computed from. */
export const defineContract = <const C extends Contract>(contract: C): C => contract;

export type MethodName<C extends Contract> = keyof C['methods'] & string;
export type EventName<C extends Contract> = keyof C['events'] & string;

/** What a handler gets besides the params. `Item` is never for a method without items. */
export interface HandlerContext<Item> {
  /** Aborts when the caller cancels and when the peer closes. */
  readonly signal: AbortSignalLike;
  /**
   * Streams an item. Resolves once it is posted, which waits for room in the caller's window and now and then for
   * a turn of the event loop, so that a handler that awaits each write never keeps other messages waiting; rejects
   * with 'cancelled', 'closed', 'too-large' or 'invalid-result'. A promise that is dropped is never reported as
   * unhandled. The item must not be changed after the call: it may be copied later. Its schema is checked where it
   * arrives.
   */
  readonly write: (item: Item) => Promise<void>;
  /** The same for producers that can't await: false when the item was refused, true when posted or queued. */
  readonly tryWrite: (item: Item) => boolean;
}

type ItemInput<S extends MethodSpec> = S extends { readonly item: infer I extends z.ZodType }
  ? z.input<I>
  : never;

export type Handler<S extends MethodSpec> = (
  params: z.output<S['params']>,
  context: HandlerContext<ItemInput<S>>,
) => z.input<S['result']> | Promise<z.input<S['result']>>;

export type Handlers<C extends Contract> = { readonly [M in MethodName<C>]: Handler<C['methods'][M]> };

export type EventHandlers<C extends Contract> = {
  readonly [E in EventName<C>]?: (payload: z.output<C['events'][E]>) => void | Promise<void>;
};

interface SignalOption {
  readonly signal?: AbortSignalLike;
}

export type CallOptions<S extends MethodSpec> = S extends { readonly item: infer I extends z.ZodType }
  ? SignalOption & {
      /** Bytes of items (see measure.ts) that may be under way or unhandled at once; `limits.window` if unset. */
      readonly window?: number;
      /**
       * Called one at a time, in order. Room in the window is given back when it has resolved; the call
       * settles after the last one. Without it the items are not even sent.
       */
      readonly onItem?: (item: z.output<I>) => void | Promise<void>;
    }
  : SignalOption;
