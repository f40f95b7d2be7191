import {
  blockingCalls,
  isBlockingCall,
  type AtomicsWait,
  type BlockingCall,
  type CallAnswer,
  type CallRequest,
} from '../../shared/protocol/blocking-calls.ts';
import { CALL_FAILED, CALL_INTERRUPTED } from '../../shared/protocol/call-codes.ts';
import { BlockingCaller } from './blocking-caller.ts';
import { guestByteLength, viewOfGuest } from './host-intrinsics.ts';

type Ask<C extends BlockingCall> = (call: number, request: CallRequest<C>) => boolean;

export interface BlockingCallDispatcherOptions {
  /** See `WorkerStart.answers`. */
  readonly answers: Readonly<Record<BlockingCall, SharedArrayBuffer>>;
  readonly wait: AtomicsWait;
  readonly isInterrupted: () => boolean;
  /** How each call's question is sent. */
  readonly ask: { readonly [C in BlockingCall]: Ask<C> };
}

interface Caller {
  /** @param request as JSON. @throws SyntaxError when it is none */
  call(request: string): CallAnswer | 'interrupted';
  forget(): void;
}

/** The guest's blocking calls: requests are JSON, answers are written into the guest's memory. */
export class BlockingCallDispatcher {
  readonly #callers: Readonly<Record<BlockingCall, Caller>>;

  constructor({ answers, ask, isInterrupted, wait }: BlockingCallDispatcherOptions) {
    const callerOf = <C extends BlockingCall>(
      name: C,
      askFor: Ask<C>,
      isSame: (open: CallRequest<C>, request: CallRequest<C>) => boolean = () => true,
    ): Caller => {
      const { interruptible, limitMs, request: schema } = blockingCalls[name];
      const caller = new BlockingCaller<CallRequest<C>>({
        memory: answers[name],
        wait,
        ask: askFor,
        isSame,
        isInterrupted: interruptible ? isInterrupted : null,
        limitMs,
      });
      const call: Caller['call'] = (text) => {
        const request = schema.safeParse(JSON.parse(text));
        return request.success ? caller.call(request.data as CallRequest<C>) : { kind: 'failed' };
      };
      return { call, forget: () => caller.forget() };
    };
    this.#callers = {
      readInput: callerOf('readInput', ask.readInput),
      readPackageFile: callerOf('readPackageFile', ask.readPackageFile),
      callFunction: callerOf(
        'callFunction',
        ask.callFunction,
        (open, { id, json }) => open.id === id && (open.json === null) === (json === null),
      ),
      fetchFonts: callerOf('fetchFonts', ask.fetchFonts, (open, { modules }) =>
        isSameList(open.modules, modules),
      ),
    };
  }

  /** Called when a run begins: abandons open calls of earlier runs. */
  forget(): void {
    for (const caller of Object.values(this.#callers)) caller.forget();
  }

  /** See `HostBridge.call`. Its arguments are untrusted. */
  call(name: unknown, request: unknown, target: unknown): number {
    return !isBlockingCall(name) || typeof request !== 'string'
      ? CALL_FAILED
      : putAnswer(this.#callers[name].call(request), target);
  }
}

const isSameList = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);

/** Return value of `HostBridge.call` for an answer, whose bytes are copied into the guest's memory. */
export const putAnswer = (answer: CallAnswer | 'interrupted', target: unknown): number => {
  if (answer === 'interrupted') return CALL_INTERRUPTED;
  switch (answer.kind) {
    case 'bytes': {
      if (answer.bytes.length > guestByteLength(target)) return CALL_FAILED;
      viewOfGuest(target).set(answer.bytes);
      return answer.bytes.length;
    }
    case 'end':
      return 0;
    case 'failed':
      return CALL_FAILED;
  }
};
