/** A processor's system calls, as far as the lock-down speaks of them. */
export interface SyscallTable {
  /** AUDIT_ARCH_… as the kernel gives it to a filter. */
  readonly auditArch: number;
  /** Numbers from here on belong to another calling convention (x32); undefined where there is none. */
  readonly foreignFrom: number | undefined;
  readonly numbers: Readonly<Record<string, number>>;
}

/** @throws Error when the processor has no such call */
export const numberOf = (table: SyscallTable, call: string): number => {
  const number = table.numbers[call];
  if (number === undefined) throw new Error(`this processor has no system call ${call}`);
  return number;
};
