/** Character devices of Emscripten's file system, whose reads and writes are ours. */
import { ERRNO } from './file-errors.ts';

interface DeviceStream {
  /** Null once it is closed. */
  fd: number | null;
}

interface DeviceOperations {
  open(stream: { seekable: boolean }): void;
  close(): void;
  read(stream: unknown, memory: Uint8Array | Int8Array, offset: number, length: number): number;
  write(stream: unknown, memory: Uint8Array | Int8Array, offset: number, length: number): number;
}

/** As far as it is used here. */
export interface DeviceFileSystem {
  readonly ErrnoError: new (errno: number) => Error;
  readonly createDevice: { major: number };
  readonly streams: (object | null)[];
  makedev(major: number, minor: number): number;
  registerDevice(device: number, operations: DeviceOperations): void;
  mkdev(path: string, device: number): void;
  unlink(path: string): void;
  open(path: string, flags: number): DeviceStream;
  createStream(stream: object, descriptor: number): object;
  closeStream(descriptor: number): void;
  readonly MAX_OPEN_FDS: number;
}

/** What is done with bytes. What it throws beside a `DeviceError` is an I/O error. */
export interface Device {
  /** Bytes put into the target; 0 at the end. */
  readonly read?: (target: Uint8Array) => number;
  /** Takes all; they are the guest's memory, and good until it returns. */
  readonly write?: (bytes: Uint8Array) => void;
}

/** An error number for the guest's read or write. */
export class DeviceError extends Error {
  constructor(readonly errno: number) {
    super(`error ${String(errno)} of a device`);
  }
}

const READ_ONLY = 0;
const WRITE_ONLY = 1;
const READ_AND_WRITE = 2;
const NAMES = ['stdin', 'stdout', 'stderr'] as const;

/** Emscripten gives its memory in one of two forms: as signed bytes for what Python reads and writes. */
const bytesOf = (memory: Uint8Array | Int8Array, offset: number, length: number): Uint8Array =>
  new Uint8Array(memory.buffer, memory.byteOffset + offset, length);

const operationsOf = (files: DeviceFileSystem, opened: Device): DeviceOperations => {
  // Only the file system's own errors come back to Python; any other would be the end of the interpreter.
  const guarded = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw new files.ErrnoError(error instanceof DeviceError ? error.errno : ERRNO.io);
    }
  };
  const refused = (): never => {
    throw new DeviceError(ERRNO.notPermitted);
  };
  return {
    open: (stream) => {
      stream.seekable = false;
    },
    close: () => undefined,
    read: (_stream, memory, offset, length) =>
      guarded(() => (opened.read ?? refused).call(opened, bytesOf(memory, offset, length))),
    write: (_stream, memory, offset, length) => {
      guarded(() => (opened.write ?? refused).call(opened, bytesOf(memory, offset, length)));
      return length;
    },
  };
};

/** Puts devices in the place of Python's standard streams. */
export const connectStandardStreams = (
  files: DeviceFileSystem,
  devices: Readonly<Record<(typeof NAMES)[number], Device>>,
): void => {
  const major = files.createDevice.major++;
  for (const [descriptor, name] of NAMES.entries()) {
    const device = files.makedev(major, descriptor);
    files.registerDevice(device, operationsOf(files, devices[name]));
    files.unlink(`/dev/${name}`);
    files.mkdev(`/dev/${name}`, device);
    files.closeStream(descriptor);
    files.open(`/dev/${name}`, descriptor === 0 ? READ_ONLY : WRITE_ONLY);
  }
};

/** A device without a path. */
export class HiddenDevice {
  readonly #files: DeviceFileSystem;
  readonly #stream: DeviceStream;
  /** Beyond those that are given to files, and that `dup2` takes. */
  readonly descriptor: number;

  constructor(files: DeviceFileSystem, device: Device) {
    this.#files = files;
    this.descriptor = files.MAX_OPEN_FDS;
    const path = '/dev/vivarium';
    const number = files.makedev(files.createDevice.major++, 0);
    files.registerDevice(number, operationsOf(files, device));
    files.mkdev(path, number);
    const opened = files.open(path, READ_AND_WRITE);
    files.unlink(path);
    if (opened.fd !== null) files.closeStream(opened.fd);
    this.#stream = opened;
    // One list without gaps: engines look things up in one with large gaps more slowly.
    while (files.streams.length < this.descriptor) files.streams.push(null);
    this.connect();
  }

  /** Puts it where it belongs, as the guest may have closed it. */
  connect(): void {
    this.#stream.fd = this.descriptor;
    this.#files.streams[this.descriptor] = this.#stream;
  }
}
