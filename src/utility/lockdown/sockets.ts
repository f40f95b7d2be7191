import { readdirSync, readlinkSync } from 'node:fs';
import type { NativeCalls } from './native-calls.ts';

export interface OpenSocket {
  readonly fd: number;
  /** True for a connected stream between two processes of this computer. */
  readonly isLocalStream: boolean;
  /** Process that made the other end, as the kernel noted it. */
  readonly peerPid: number;
}

const SO_TYPE = 3;
const SO_PEERCRED = 17;
const SO_DOMAIN = 39;
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const FIRST_BEYOND_STDIO = 3;

const FILES = '/proc/self/fd';

const isSocket = (fd: number): boolean => {
  try {
    return readlinkSync(`${FILES}/${fd}`).startsWith('socket:');
  } catch {
    // It was open only to list the folder.
    return false;
  }
};

/** All sockets that this process has open, by number. */
export const openSockets = (native: NativeCalls): OpenSocket[] =>
  readdirSync(FILES)
    .map(Number)
    .filter(isSocket)
    .sort((a, b) => a - b)
    .map((fd) => ({
      fd,
      isLocalStream:
        native.socketOption(fd, SO_DOMAIN) === AF_UNIX && native.socketOption(fd, SO_TYPE) === SOCK_STREAM,
      peerPid: native.socketOption(fd, SO_PEERCRED),
    }));

/**
 * Chromium's link to the browser process, over which the message ports run. It is the first socket that the
 * process was started with, made by its parent; later ones that the parent has made lead to other
 * processes, above all the network service. Undefined when there is none like that.
 */
export const browserSocket = (sockets: readonly OpenSocket[], parentPid: number): number | undefined =>
  sockets.find(
    ({ fd, isLocalStream, peerPid }) => fd >= FIRST_BEYOND_STDIO && isLocalStream && peerPid === parentPid,
  )?.fd;
