import {
  blockingCalls,
  type AtomicsWait,
  type BlockingCall,
  type CallAnswer,
  type CallRequest,
} from '../../shared/protocol/blocking-calls.ts';
import { CALL_FAILED, CALL_INTERRUPTED } from '../../shared/protocol/call-codes.ts';
import { BlockingCaller } from './blocking-caller.ts';
import { guestByteLength, viewOfGuest } from './host-intrinsics.ts';

type Ask<C extends BlockingCall> = (call: number, request: CallRequest<C>) => boolean;

export interface GuestCallsOptions {
  /** See `WorkerStart.answers`. */
  readonly answers: Readonly<Record<BlockingCall, SharedArrayBuffer>>;
  readonly wait: AtomicsWait;
  readonly isInterrupted: () => boolean;
  /** How each call's question is sent. */
  readonly ask: { readonly [C in BlockingCall]: Ask<C> };
}

/** The blocking calls that the guest makes: requests as JSON, answers as bytes in memory of the guest's. */
export class GuestCalls {
  readonly #callers: { readonly [C in BlockingCall]: BlockingCaller<CallRequest<C>> };

  constructor({ answers, ask, isInterrupted, wait }: GuestCallsOptions) {
    const callerOf = <C extends BlockingCall>(name: C): BlockingCaller<CallRequest<C>> => {
      const { interruptible, limitMs } = blockingCalls[name];
      return new BlockingCaller({
        memory: answers[name],
        wait,
        ask: ask[name] as Ask<C>,
        isInterrupted: interruptible ? isInterrupted : null,
        limitMs,
      });
    };
    this.#callers = { readInput: callerOf('readInput'), readPackageFile: callerOf('readPackageFile') };
  }

  /** A run begins: what an earlier one asked for is of no concern to it. */
  forget(): void {
    for (const caller of Object.values(this.#callers)) caller.forget();
  }

  /** See `HostBridge.call`. What it is given is the guest's. */
  call(name: unknown, request: unknown, target: unknown): number {
    if (typeof request !== 'string') return CALL_FAILED;
    switch (name) {
      case 'readInput':
        return putAnswer(this.#make(name, request), target);
      case 'readPackageFile':
        return putAnswer(this.#make(name, request), target);
      default:
        return CALL_FAILED;
    }
  }

  #make<C extends BlockingCall>(name: C, request: string): CallAnswer | 'interrupted' {
    const parsed = blockingCalls[name].request.safeParse(JSON.parse(request));
    if (!parsed.success) return { kind: 'failed' };
    return this.#callers[name].call(parsed.data as CallRequest<C>);
  }
}

/** What `HostBridge.call` returns of an answer, whose bytes are put into memory of the guest's. */
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
