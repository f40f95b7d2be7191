import { describe, expect, it } from 'vitest';
import { findLoopIoUrings, isIoUring, ioUringMappings } from '../../../src/utility/lockdown/loop-io-uring.ts';

const QUEUES = 0x7f00_0000_0000n;
const ENTRIES = 0x7f00_0001_0000n;
/** Of 256 entries, as the kernel lays them out. */
const SQ_LENGTH = 1024n;
const CQ_LENGTH = 8256n;
const ENTRIES_LENGTH = 16_384n;
const FD = 19;

const hex = (value: bigint): string => value.toString(16).padStart(8, '0');
const line = (start: bigint, length: bigint, offset: bigint, name = 'anon_inode:[io_uring]'): string =>
  `${hex(start)}-${hex(start + length)} rw-s ${hex(offset)} 00:0e 1057                    ${name}`;

const MAPS = [
  '559000000000-559000001000 r--p 00000000 fe:00 12                         /usr/bin/node',
  line(QUEUES, 12_288n, 0n),
  line(ENTRIES, ENTRIES_LENGTH, 0x1000_0000n),
  line(0x7f00_0010_0000n, 12_288n, 0n, '/tmp/anon_inode:[io_uring]x'),
  '7f0000200000-7f0000201000 rw-p 00000000 00:00 0 ',
  '',
].join('\n');

interface Words {
  readonly sq: bigint;
  readonly cqe: bigint;
  readonly sqe: bigint;
  readonly sqLength: bigint;
  readonly cqLength: bigint;
  readonly maxLength: bigint;
  readonly sqeLength: bigint;
  readonly fd: number;
}

const RING: Words = {
  sq: QUEUES,
  cqe: QUEUES + 64n,
  sqe: ENTRIES,
  sqLength: SQ_LENGTH,
  cqLength: CQ_LENGTH,
  maxLength: CQ_LENGTH,
  sqeLength: ENTRIES_LENGTH,
  fd: FD,
};

/** Memory with rings in it, each with its descriptor's number at `at`. */
const memory = (...rings: readonly { readonly at: number; readonly words: Words }[]): Uint8Array => {
  const bytes = new Uint8Array(1024).fill(0xa5);
  const view = new DataView(bytes.buffer);
  for (const { at, words } of rings) {
    const { fd, ...rest } = words;
    const { sq, cqe, sqe, sqLength, cqLength, maxLength, sqeLength } = rest;
    [sq, cqe, sqe, sqLength, cqLength, maxLength, sqeLength].forEach((word, index) =>
      view.setBigUint64(at - 56 + 8 * index, word, true),
    );
    view.setInt32(at, fd, true);
    view.setUint32(at + 4, 0, true);
  }
  return bytes;
};

const find = (bytes: Uint8Array, fds = [FD, 23], maps = MAPS): number[] =>
  findLoopIoUrings(bytes, fds, ioUringMappings(maps)).map(({ at }) => at);

describe('the mappings of rings', () => {
  it('are those that the kernel names as io_uring, and no others', () => {
    expect(ioUringMappings(MAPS)).toEqual([
      { start: QUEUES, end: QUEUES + 12_288n, offset: 0n },
      { start: ENTRIES, end: ENTRIES + ENTRIES_LENGTH, offset: 0x1000_0000n },
    ]);
    expect(
      ['anon_inode:[io_uring]', 'anon_inode:[eventpoll]', '/tmp/anon_inode:[io_uring]'].map(isIoUring),
    ).toEqual([true, false, false]);
  });
});

describe('the ring of a loop', () => {
  it.each([56, 312, 320, 1016])('is found wherever a version of libuv keeps it: %i', (at) => {
    expect(findLoopIoUrings(memory({ at, words: RING }), [FD], ioUringMappings(MAPS))).toEqual([
      {
        at,
        fd: FD,
        queues: { address: QUEUES, length: CQ_LENGTH },
        entries: { address: ENTRIES, length: ENTRIES_LENGTH },
      },
    ]);
  });

  it('is found in memory that does not begin where its buffer does', () => {
    const shifted = new Uint8Array(1032);
    shifted.set(memory({ at: 312, words: RING }), 8);
    expect(find(shifted.subarray(8))).toEqual([312]);
  });

  it('is two rings where the loop has two', () => {
    expect(find(memory({ at: 312, words: RING }, { at: 432, words: RING }))).toEqual([312, 432]);
  });

  it.each<[string, Partial<Words>]>([
    ['another descriptor', { fd: 20 }],
    ['no descriptor', { fd: -1 }],
    ['queues elsewhere', { sq: QUEUES + 4096n }],
    ['entries elsewhere', { sqe: QUEUES }],
    ['entries of another length', { sqeLength: ENTRIES_LENGTH + 64n }],
    ['entries of no whole number', { sqeLength: ENTRIES_LENGTH - 1n }],
    ['no entries', { sqeLength: 0n }],
    ['queues longer than their mapping', { cqLength: 12_289n, maxLength: 12_289n }],
    ['a length that is not that of the longer queue', { maxLength: SQ_LENGTH }],
    ['completions before the queues', { cqe: QUEUES - 64n }],
    ['completions after them', { cqe: QUEUES + CQ_LENGTH }],
  ])('is not what only looks like one: %s', (_what, change) => {
    expect(find(memory({ at: 312, words: { ...RING, ...change } }))).toEqual([]);
  });

  it("is not found where no ring is mapped, nor by a descriptor's number alone", () => {
    expect(find(memory({ at: 312, words: RING }), [FD], '')).toEqual([]);
    const number = new Uint8Array(1024);
    new DataView(number.buffer).setInt32(312, FD, true);
    expect(find(number)).toEqual([]);
    expect(find(new Uint8Array(8))).toEqual([]);
  });
});
