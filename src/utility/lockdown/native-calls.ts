import { encode, type Instruction } from './bpf.ts';
import { numberOf, type SyscallTable } from './syscalls.ts';

/** The one native function there is: a system call, whatever its number. */
export interface SystemCalls {
  /** Byte arrays are passed by address. Returns minus errno on failure, as the kernel does. */
  call(number: number, ...args: readonly (number | bigint | Uint8Array)[]): number;
  addressOf(bytes: Uint8Array): bigint;
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

  #call(name: string, ...args: readonly (number | bigint | Uint8Array)[]): number {
    return this.#calls.call(numberOf(this.#table, name), ...args);
  }
}
