import { ProtocolViolation, RpcError } from './errors.ts';
import { Fifo } from './fifo.ts';
import type { Pacer } from './pacer.ts';

const ignore = (): void => undefined;

interface WaitingItem {
  readonly item: unknown;
  readonly bytes: number;
  readonly posted: () => void;
  readonly refused: (error: RpcError) => void;
}

export interface ItemSenderOptions {
  /** Bytes that may be on the wire or unhandled at once. 0: the caller wants no items. */
  readonly window: number;
  readonly maxQueuedBytes: number;
  /** Bytes of an item; throws RpcError. */
  readonly weigh: (item: unknown) => number;
  /** Throws RpcError. */
  readonly post: (item: unknown) => void;
  readonly pacer: Pacer;
}

/** The answering side of one item stream: spends the caller's window, queues what exceeds it. */
export class ItemSender {
  readonly #options: ItemSenderOptions;
  readonly #waiting = new Fifo<WaitingItem>();
  /** Bytes posted and not given back yet. */
  #unacknowledged = 0;
  #queuedBytes = 0;
  #finished = false;
  #refusal: RpcError | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: ItemSenderOptions) {
    this.#options = options;
  }

  write(item: unknown): Promise<void> {
    let bytes = 0;
    const written = new Promise<void>((resolve, reject) => {
      bytes = this.#weigh(item);
      this.#enqueue(item, bytes, resolve, reject);
    });
    // Also after a refusal, which a producer may ignore.
    const turn = this.#options.pacer.spend(bytes);
    const paced = turn === null ? written : turn.then(() => written);
    // A producer that drops the promise has chosen not to care; an unhandled rejection would end its process.
    written.catch(ignore);
    paced.catch(ignore);
    return paced;
  }

  tryWrite(item: unknown): boolean {
    try {
      this.#enqueue(item, this.#weigh(item), ignore, ignore);
      return true;
    } catch (error) {
      if (RpcError.is(error)) return false;
      throw error;
    }
  }

  /** Gives back room. */
  credit(bytes: number): void {
    if (bytes > this.#unacknowledged) throw new ProtocolViolation('more credit than items sent');
    this.#unacknowledged -= bytes;
    this.#flush();
  }

  /** Refuses further items; resolves when the queued ones are posted or the stream was stopped. */
  finish(): Promise<void> {
    this.#finished = true;
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  /** Refuses further items and everything that is queued. */
  stop(error: RpcError): void {
    this.#refusal = error;
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      entry.refused(error);
    }
    this.#queuedBytes = 0;
    this.#onDrained?.();
  }

  #weigh(item: unknown): number {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#finished) throw new RpcError('closed', 'the handler has returned');
    return this.#options.weigh(item);
  }

  #enqueue(item: unknown, bytes: number, posted: () => void, refused: (error: RpcError) => void): void {
    const { window, maxQueuedBytes, post } = this.#options;
    if (window === 0) {
      posted();
      return;
    }
    if (bytes > window) throw new RpcError('too-large', 'the item is larger than the window');
    if (this.#waiting.size === 0 && this.#unacknowledged + bytes <= window) {
      post(item);
      this.#unacknowledged += bytes;
      posted();
      return;
    }
    if (this.#queuedBytes + bytes > maxQueuedBytes) {
      throw new RpcError('too-large', 'too many bytes of items wait for the caller');
    }
    this.#queuedBytes += bytes;
    this.#waiting.push({ item, bytes, posted, refused });
  }

  #flush(): void {
    for (let entry = this.#waiting.peek(); entry !== undefined; entry = this.#waiting.peek()) {
      if (this.#unacknowledged + entry.bytes > this.#options.window) return;
      this.#waiting.shift();
      this.#queuedBytes -= entry.bytes;
      try {
        this.#options.post(entry.item);
        this.#unacknowledged += entry.bytes;
        entry.posted();
      } catch (error) {
        entry.refused(RpcError.is(error) ? error : new RpcError('internal', 'the item was not sent'));
      }
    }
    this.#onDrained?.();
  }
}

export interface ItemReceiverOptions {
  readonly window: number;
  readonly onItem: (item: unknown) => void | Promise<void>;
  readonly grant: (bytes: number) => void;
  /** onItem threw or rejected. The receiver has stopped. */
  readonly fail: (error: unknown) => void;
}

/** The calling side of one item stream: hands items on one at a time and gives back the room they took. */
export class ItemReceiver {
  readonly #options: ItemReceiverOptions;
  readonly #waiting = new Fifo<{ readonly item: unknown; readonly bytes: number }>();
  #room: number;
  #ungranted = 0;
  #busy = false;
  #stopped = false;
  #onIdle: (() => void) | undefined;

  constructor(options: ItemReceiverOptions) {
    this.#options = options;
    this.#room = options.window;
  }

  /** Takes room for an item that has arrived, before it is looked at. */
  reserve(bytes: number): void {
    if (bytes > this.#room) throw new ProtocolViolation('more items than the window allows');
    this.#room -= bytes;
  }

  accept(item: unknown, bytes: number): void {
    this.#waiting.push({ item, bytes });
    if (!this.#busy) this.#pump();
  }

  /** Runs `listener` when everything accepted so far has been handled. */
  whenIdle(listener: () => void): void {
    this.#onIdle = listener;
    if (!this.#busy) this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#onIdle = undefined;
  }

  #pump(): void {
    // Busy from the start: an onItem that makes another item arrive must not be entered twice.
    this.#busy = true;
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      const { bytes } = entry;
      let handled: void | Promise<void>;
      try {
        handled = this.#options.onItem(entry.item);
      } catch (error) {
        this.#fail(error);
        return;
      }
      if (handled !== undefined) {
        Promise.resolve(handled).then(
          () => {
            this.#handled(bytes);
            this.#pump();
          },
          (error: unknown) => {
            this.#fail(error);
          },
        );
        return;
      }
      this.#handled(bytes);
    }
    this.#busy = false;
    if (!this.#stopped) this.#onIdle?.();
  }

  #handled(bytes: number): void {
    if (this.#stopped) return;
    this.#ungranted += bytes;
    // In a burst, credit goes back in lumps: a message per item would double the traffic.
    if (this.#waiting.size > 0 && this.#ungranted * 2 < this.#options.window) return;
    const granted = this.#ungranted;
    this.#ungranted = 0;
    this.#room += granted;
    this.#options.grant(granted);
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.fail(error);
  }
}
