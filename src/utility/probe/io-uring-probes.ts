import process from 'node:process';
import type { SystemCalls } from '../lockdown/native-calls.ts';
import { openIoUrings } from '../lockdown/detach-loop-io-uring.ts';
import type { Probe } from './probe.ts';
import { throwIfRefused } from './system-call-probes.ts';

/** Descriptors of the engine's own rings; to be asked before the lock-down, as someone might who was there first. */
export const findIoUrings = (): number[] => (process.platform === 'linux' ? openIoUrings() : []);

/** Calls that the lock-down allows, by which someone who has only got system calls reaches any memory. */
const ALLOWED: Readonly<Record<string, Readonly<Record<'pipe2' | 'read' | 'write' | 'mmap', number>>>> = {
  x64: { pipe2: 293, read: 0, write: 1, mmap: 9 },
  arm64: { pipe2: 59, read: 63, write: 64, mmap: 222 },
};
/** The same number on all processors. */
const IO_URING_ENTER = 426;
/** One order to take, none to wait for. */
const ONE_TO_SUBMIT = [1, 0, 0, 0, 0] as const;

const READ_AND_WRITE = 3;
const SHARED = 1;
const PARTS = { queues: 0, entries: 0x1000_0000 } as const;
const QUEUE_BYTES = 4096;
const ENTRY_BYTES = 64;
/** Where the kernel's versions have the end of the queue and its mask, which is one less than a power of two. */
const LAYOUTS = [
  { tail: 64, mask: 256 },
  { tail: 4, mask: 16 },
] as const;
const MIN_MASK = 7;

const isMask = (value: number): boolean => value >= MIN_MASK && (value & (value + 1)) === 0;

const asUint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** The memory of one ring, by the calls that are allowed. */
class IoUringMemory {
  readonly #calls: SystemCalls;
  readonly #numbers;
  readonly #fd: number;
  readonly #pipe = new Int32Array(2);

  /** @throws Error when it can't be reached, or is none any more */
  constructor(calls: SystemCalls, fd: number) {
    const numbers = ALLOWED[process.arch];
    if (numbers === undefined) throw new Error('its numbers are not known');
    this.#calls = calls;
    this.#numbers = numbers;
    this.#fd = fd;
    if (calls.call(numbers.pipe2, new Uint8Array(this.#pipe.buffer), 0) !== 0) throw new Error('no pipe');
  }

  /** Puts an order that does nothing into the ring. @returns what takes it out again */
  addOrder(): () => void {
    const queues = this.#map(PARTS.queues, QUEUE_BYTES);
    const head = new DataView(this.#read(queues, QUEUE_BYTES).buffer);
    const layout = LAYOUTS.find(({ mask }) => isMask(head.getUint32(mask, true)));
    if (layout === undefined) throw new Error('it is no ring');
    const [tail, mask] = [head.getUint32(layout.tail, true), head.getUint32(layout.mask, true)];
    const entries = this.#map(PARTS.entries, (mask + 1) * ENTRY_BYTES);
    const tailAddress = queues + BigInt(layout.tail);
    this.#write(entries + BigInt((tail & mask) * ENTRY_BYTES), new Uint8Array(ENTRY_BYTES));
    this.#write(tailAddress, asUint32(tail + 1));
    return () => this.#write(tailAddress, asUint32(tail));
  }

  #map(part: number, length: number): bigint {
    const address = this.#calls.call(this.#numbers.mmap, 0, length, READ_AND_WRITE, SHARED, this.#fd, part);
    if (address < 0) throw new Error(`it can’t be mapped: error ${-address}`);
    return BigInt(address);
  }

  #read(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.#move(address, bytes, length);
    return bytes;
  }

  #write(address: bigint, bytes: Uint8Array): void {
    this.#move(bytes, address, bytes.byteLength);
  }

  #move(from: bigint | Uint8Array, to: bigint | Uint8Array, length: number): void {
    const [out = -1, into = -1] = this.#pipe;
    const done =
      this.#calls.call(this.#numbers.write, into, from, length) === length &&
      this.#calls.call(this.#numbers.read, out, to, length) === length;
    if (!done) throw new Error('its memory can’t be reached');
  }
}

const submit = (calls: SystemCalls, fd: number): number =>
  throwIfRefused(calls.call(IO_URING_ENTER, fd, ...ONE_TO_SUBMIT));

const submitOrder = (calls: SystemCalls, fd: number): number => {
  const takeOut = new IoUringMemory(calls, fd).addOrder();
  try {
    return submit(calls, fd);
  } catch (error) {
    // The engine would hand it in with its next orders.
    takeOut();
    throw error;
  }
};

/** The rings that the engine made for itself and that could not be taken from it. */
export const ioUringProbes = (load: (binding: string) => SystemCalls, rings: readonly number[]): Probe[] => {
  const probe = (name: string, fd: number, attempt: typeof submit): Probe => ({
    name: `${name} ${fd}`,
    group: 'system-calls',
    attempt: ({ binding }) => {
      if (binding === null) throw new Error('there is no binding for this system');
      return attempt(load(binding), fd);
    },
  });
  return rings.flatMap((fd) => [
    probe('submit to the engine’s ring', fd, submit),
    probe('submit an order to the engine’s ring', fd, submitOrder),
  ]);
};
