import process from 'node:process';
import { encode, type Instruction } from './bpf.ts';
import { numberOf, type SyscallTable } from './syscalls.ts';

/** The native functions there are: a system call, whatever its number, and one of the engine's. */
export interface SystemCalls {
  /** Byte arrays are passed by address. Returns minus errno on failure, as the kernel does. */
  call(number: number, ...args: readonly (number | bigint | Uint8Array)[]): number;
  addressOf(bytes: Uint8Array): bigint;
  /** Address of the engine's event loop (uv_default_loop); null where the engine does not export it. */
  defaultLoop(): bigint | null;
}

const PRCTL_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const SOL_SOCKET = 1;

/**
 * What the lock-down asks of the kernel; see the manual pages of the same names. All return minus errno on
 * failure.
 */
export class NativeCalls {
  readonly #table: SyscallTable;
  readonly #calls: SystemCalls;

  constructor(table: SyscallTable, calls: SystemCalls) {
    this.#table = table;
    this.#calls = calls;
  }

  setNoNewPrivileges(): number {
    return this.#call('prctl', PRCTL_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  }

  /** Installs a filter for all threads; positive when a thread could not be brought under it. */
  installFilter(program: readonly Instruction[]): number {
    const instructions = encode(program);
    // struct sock_fprog
    const description = new Uint8Array(16);
    const view = new DataView(description.buffer);
    view.setUint16(0, program.length, true);
    view.setBigUint64(8, this.#calls.addressOf(instructions), true);
    return this.#call('seccomp', SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, description);
  }

  /** Lowers a limit for good, soft and hard; never raises it. `resource` is one of RLIMIT_…. */
  lowerLimit(resource: number, value: number): number {
    const limits = new BigUint64Array(2);
    const bytes = new Uint8Array(limits.buffer);
    const read = this.#call('prlimit64', 0, resource, 0, bytes);
    if (read < 0) return read;
    const hard = limits[1] ?? 0n;
    limits.fill(hard < BigInt(value) ? hard : BigInt(value));
    return this.#call('prlimit64', 0, resource, bytes, 0);
  }

  /** The kernel's Landlock version. */
  landlockAbi(): number {
    return this.#call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  }

  /** A file descriptor; `attributes` is a struct landlock_ruleset_attr. */
  createRuleset(attributes: Uint8Array): number {
    return this.#call('landlock_create_ruleset', attributes, attributes.byteLength, 0);
  }

  /** For the calling thread and those that it starts from now on. */
  restrictSelf(ruleset: number): number {
    return this.#call('landlock_restrict_self', ruleset, 0);
  }

  /** The first 32 bits of a socket's option (SO_…); minus errno when it has none, or is no socket. */
  socketOption(fd: number, option: number): number {
    const value = new Int32Array(3);
    const length = Uint32Array.of(value.byteLength);
    const result = this.#call(
      'getsockopt',
      fd,
      SOL_SOCKET,
      option,
      new Uint8Array(value.buffer),
      new Uint8Array(length.buffer),
    );
    return result < 0 ? result : (value[0] ?? 0);
  }

  defaultLoop(): bigint | null {
    return this.#calls.defaultLoop();
  }

  /** Of this process; null where nothing readable is. Through the kernel: a wrong address does no harm. */
  readMemory(address: bigint, length: number): Uint8Array<ArrayBuffer> | null {
    const bytes = new Uint8Array(length);
    return this.#copy('process_vm_readv', bytes, address) ? bytes : null;
  }

  /** The same for writing. False where nothing writable is. */
  writeMemory(address: bigint, bytes: Uint8Array): boolean {
    return this.#copy('process_vm_writev', bytes, address);
  }

  unmap(address: bigint, length: bigint): number {
    return this.#call('munmap', address, length);
  }

  /** Ends the process at once, without anything that is done at an orderly end. */
  exit(code: number): void {
    this.#call('exit_group', code);
  }

  /** Between this process and itself. True when all of it was copied. */
  #copy(call: 'process_vm_readv' | 'process_vm_writev', own: Uint8Array, address: bigint): boolean {
    const length = BigInt(own.byteLength);
    // struct iovec
    const here = new BigUint64Array([this.#calls.addressOf(own), length]);
    const there = new BigUint64Array([address, length]);
    const vectors = [here, there].flatMap((vector) => [new Uint8Array(vector.buffer), 1]);
    return this.#call(call, process.pid, ...vectors, 0) === own.byteLength;
  }

  #call(name: string, ...args: readonly (number | bigint | Uint8Array)[]): number {
    return this.#calls.call(numberOf(this.#table, name), ...args);
  }
}
