/**
 * Classic BPF, as seccomp runs it: instructions that look at one system call and return what is to happen.
 * Format: struct sock_filter and struct seccomp_data of the Linux kernel.
 */
export interface Instruction {
  readonly code: number;
  /** Instructions to skip when the test holds. */
  readonly jt: number;
  /** Instructions to skip when it does not. */
  readonly jf: number;
  readonly k: number;
}

export const OPCODES = {
  /** Loads the 32-bit word at offset k of the call's data. */
  load: 0x20,
  jumpIfEqual: 0x15,
  jumpIfAtLeast: 0x35,
  jumpIfAnyBit: 0x45,
  return: 0x06,
} as const;

/** Offsets into seccomp_data, in bytes. Both processors are little-endian. */
export const OFFSETS = {
  number: 0,
  arch: 4,
  argumentLow: (index: number): number => 16 + 8 * index,
  argumentHigh: (index: number): number => 20 + 8 * index,
} as const;

const MAX_JUMP = 255;
const INSTRUCTION_BYTES = 8;

const jump = (code: number, k: number, jt: number, jf: number): Instruction => {
  if (jt > MAX_JUMP || jf > MAX_JUMP) throw new Error('a jump of the filter is too long');
  return { code, jt, jf, k: k >>> 0 };
};

export const load = (offset: number): Instruction => ({ code: OPCODES.load, jt: 0, jf: 0, k: offset });
export const returnWith = (verdict: number): Instruction => ({
  code: OPCODES.return,
  jt: 0,
  jf: 0,
  k: verdict >>> 0,
});

/** Runs `body`, which must end with a return, when the loaded word equals `value`; otherwise skips it. */
export const whenEqual = (value: number, body: readonly Instruction[]): Instruction[] => [
  jump(OPCODES.jumpIfEqual, value, 0, body.length),
  ...body,
];

/** The same for words from `value` on. */
export const whenAtLeast = (value: number, body: readonly Instruction[]): Instruction[] => [
  jump(OPCODES.jumpIfAtLeast, value, 0, body.length),
  ...body,
];

/** Returns `verdict` unless the word at `offset` is one of `values`. */
export const requireOneOf = (offset: number, values: readonly number[], verdict: number): Instruction[] => [
  load(offset),
  ...values.map((value, index) => jump(OPCODES.jumpIfEqual, value, values.length - index, 0)),
  returnWith(verdict),
];

/** Returns `verdict` if the word at `offset` is one of `values`. */
export const requireNoneOf = (offset: number, values: readonly number[], verdict: number): Instruction[] =>
  values.length === 0
    ? []
    : [
        load(offset),
        ...values.map((value, index) => {
          const toVerdict = values.length - 1 - index;
          return jump(OPCODES.jumpIfEqual, value, toVerdict, toVerdict === 0 ? 1 : 0);
        }),
        returnWith(verdict),
      ];

/** Returns `verdict` if the word at `offset` has one of the bits of `mask`. */
export const requireNoBits = (offset: number, mask: number, verdict: number): Instruction[] => [
  load(offset),
  jump(OPCODES.jumpIfAnyBit, mask, 0, 1),
  returnWith(verdict),
];

/** As the kernel takes it: an array of struct sock_filter. */
export const encode = (program: readonly Instruction[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  program.forEach(({ code, jt, jf, k }, index) => {
    const start = index * INSTRUCTION_BYTES;
    view.setUint16(start, code, true);
    view.setUint8(start + 2, jt);
    view.setUint8(start + 3, jf);
    view.setUint32(start + 4, k, true);
  });
  return bytes;
};
