/**
 * Finds the io_uring ring of an event loop in libuv's memory. From version 1.46 on libuv gives each loop a ring
 * for its epoll_ctl calls, and aborts the process when the kernel refuses to run what is in it.
 */

/** A mapping of /proc/self/maps that shows a ring. */
export interface IoUringMapping {
  readonly start: bigint;
  readonly end: bigint;
  /** Which part of the ring it shows; see `PARTS`. */
  readonly offset: bigint;
}

/** A loop's ring: what libuv keeps of it, and where. */
export interface LoopIoUring {
  /** Of the number of its descriptor, as bytes from the start of what was searched. */
  readonly at: number;
  readonly fd: number;
  readonly queues: { readonly address: bigint; readonly length: bigint };
  readonly entries: { readonly address: bigint; readonly length: bigint };
}

/** Offsets at which a ring's parts are mapped: IORING_OFF_SQ_RING and IORING_OFF_SQES of the kernel. */
const PARTS = { queues: 0n, entries: 0x1000_0000n } as const;

/**
 * The end of libuv's struct uv__iou, the same in all versions: in bytes before the descriptor's number, which is
 * followed by another 32 bits. Its beginning differs.
 */
const BEFORE_FD = {
  sq: 56,
  cqe: 48,
  sqe: 40,
  sqLength: 32,
  cqLength: 24,
  maxLength: 16,
  sqeLength: 8,
} as const;

const WORD = 8;
/** sizeof(struct io_uring_sqe) */
const ENTRY_BYTES = 64n;
/** Of any processor's pages. */
const LARGEST_PAGE = 65_536n;

const MAPPING = /^([\da-f]+)-([\da-f]+) \S+ ([\da-f]+) \S+ \d+\s+anon_inode:\[io_uring\]$/u;

/** @param maps text of /proc/self/maps */
export const ioUringMappings = (maps: string): IoUringMapping[] =>
  maps.split('\n').flatMap((line) => {
    const [, start, end, offset] = MAPPING.exec(line) ?? [];
    return start === undefined || end === undefined || offset === undefined
      ? []
      : [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), offset: BigInt(`0x${offset}`) }];
  });

/** @param target of a link in /proc/self/fd */
export const isIoUring = (target: string): boolean => target === 'anon_inode:[io_uring]';

/** Whether a mapping shows that part, from `address` on and just as long. */
const shows = (mapping: IoUringMapping, offset: bigint, address: bigint, length: bigint): boolean => {
  const slack = mapping.end - mapping.start - length;
  return mapping.offset === offset && mapping.start === address && slack >= 0n && slack < LARGEST_PAGE;
};

/**
 * Everything in `memory` that can be nothing else than a ring of this process: the descriptor's number alone
 * could be any number, but the addresses and lengths before it have to be those of two mappings of a ring.
 *
 * @param memory the private part of a loop
 * @param fds descriptors of rings
 */
export const findLoopIoUrings = (
  memory: Uint8Array,
  fds: readonly number[],
  mappings: readonly IoUringMapping[],
): LoopIoUring[] => {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const rings: LoopIoUring[] = [];
  for (let at = BEFORE_FD.sq; at + WORD <= memory.byteLength; at += WORD) {
    const fd = view.getInt32(at, true);
    if (!fds.includes(fd)) continue;
    const word = (before: number): bigint => view.getBigUint64(at - before, true);
    const queues = { address: word(BEFORE_FD.sq), length: word(BEFORE_FD.maxLength) };
    const entries = { address: word(BEFORE_FD.sqe), length: word(BEFORE_FD.sqeLength) };
    const [sqLength, cqLength, cqe] = [
      word(BEFORE_FD.sqLength),
      word(BEFORE_FD.cqLength),
      word(BEFORE_FD.cqe),
    ];
    const fits =
      queues.length === (sqLength > cqLength ? sqLength : cqLength) &&
      cqe > queues.address &&
      cqe < queues.address + cqLength &&
      entries.length > 0n &&
      entries.length % ENTRY_BYTES === 0n &&
      mappings.some((mapping) => shows(mapping, PARTS.queues, queues.address, queues.length)) &&
      mappings.some((mapping) => shows(mapping, PARTS.entries, entries.address, entries.length));
    if (fits) rings.push({ at, fd, queues, entries });
  }
  return rings;
};
