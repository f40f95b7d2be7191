import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { findLoopIoUrings, isIoUring, ioUringMappings } from './loop-io-uring.ts';
import type { NativeCalls } from './native-calls.ts';

const FILES = '/proc/self/fd';
const MAPS = '/proc/self/maps';

/** Offset of `internal_fields` in uv_loop_t, a public struct that is the same in all of libuv 1. */
const PRIVATE_PART = 40n;
/** More than the private part has had in any version. */
const PRIVATE_BYTES = 1024;
const POINTER_BYTES = 8;
/** What libuv itself keeps where a loop has no ring. */
const NO_RING = -1;

export type DetachOutcome =
  /** The loop has none, now at least. */
  | { readonly kind: 'none' }
  /** It has one, or may have one. */
  | { readonly kind: 'kept'; readonly reason: string };

const kept = (reason: string): DetachOutcome => ({ kind: 'kept', reason });

/** Descriptors of all io_uring rings of this process. */
export const openIoUrings = (): number[] =>
  readdirSync(FILES)
    .filter((fd) => {
      try {
        return isIoUring(readlinkSync(`${FILES}/${fd}`));
      } catch {
        // It was open only to list the folder.
        return false;
      }
    })
    .map(Number);

const asInt32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

/**
 * Takes its io_uring ring from the process's own event loop, which from then on makes its epoll_ctl calls one by
 * one, as it does where the kernel has no io_uring. Rings of loops in other threads can't be reached. They are not
 * used any more while the process lives, and can't be, once the filter refuses that.
 */
export const detachLoopIoUring = (native: NativeCalls): DetachOutcome => {
  // Before the loop is asked for: had the process none, that would make one, with a ring.
  const fds = openIoUrings();
  if (fds.length === 0) return { kind: 'none' };
  const loop = native.defaultLoop();
  if (loop === null) return kept('the engine does not give its event loop out');
  const pointer = native.readMemory(loop + PRIVATE_PART, POINTER_BYTES);
  if (pointer === null) return kept('its memory could not be read');
  const address = new DataView(pointer.buffer).getBigUint64(0, true);
  const fields = native.readMemory(address, PRIVATE_BYTES);
  if (fields === null) return kept('its private part could not be read');
  const [ring, ...more] = findLoopIoUrings(fields, fds, ioUringMappings(readFileSync(MAPS, 'latin1')));
  if (ring === undefined) return kept(`none of the ${fds.length} rings was found in it`);
  if (more.length > 0) return kept(`${more.length + 1} rings were found in it instead of one`);
  if (!native.writeMemory(address + BigInt(ring.at), asInt32(NO_RING))) {
    return kept('its memory could not be written to');
  }
  // As libuv does when a loop ends. Whatever fails here leaves a ring that nobody uses.
  native.unmap(ring.queues.address, ring.queues.length);
  native.unmap(ring.entries.address, ring.entries.length);
  closeSync(ring.fd);
  return { kind: 'none' };
};
