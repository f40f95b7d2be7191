/** Runs classic BPF as the kernel does for seccomp, from the bytes that the kernel would be given. */
export interface SystemCall {
  readonly number: number;
  readonly arch: number;
  /** 64 bits each. */
  readonly args: readonly bigint[];
}

const INSTRUCTION_BYTES = 8;
const DATA_BYTES = 64;
/** BPF_MAXINSNS: the kernel takes no longer program. */
export const MAX_INSTRUCTIONS = 4096;

const seccompData = ({ number, arch, args }: SystemCall): DataView => {
  const data = new DataView(new ArrayBuffer(DATA_BYTES));
  data.setUint32(0, number >>> 0, true);
  data.setUint32(4, arch >>> 0, true);
  args.forEach((argument, index) => data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, argument), true));
  return data;
};

/** What the program returns. @throws Error when the kernel would not have taken it */
export const runFilter = (program: Uint8Array, call: SystemCall): number => {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = seccompData(call);
  const length = program.byteLength / INSTRUCTION_BYTES;
  if (!Number.isInteger(length) || length > MAX_INSTRUCTIONS) throw new Error('not a program');
  let accumulator = 0;
  for (let at = 0; at < length;) {
    const start = at * INSTRUCTION_BYTES;
    const opcode = code.getUint16(start, true);
    const jt = code.getUint8(start + 2);
    const jf = code.getUint8(start + 3);
    const k = code.getUint32(start + 4, true);
    const branch = (holds: boolean): void => {
      at += 1 + (holds ? jt : jf);
    };
    switch (opcode) {
      case 0x20:
        if (k % 4 !== 0 || k + 4 > DATA_BYTES) throw new Error(`a load from outside, at ${at}`);
        accumulator = data.getUint32(k, true);
        at++;
        break;
      case 0x15:
        branch(accumulator === k);
        break;
      case 0x35:
        branch(accumulator >= k);
        break;
      case 0x45:
        branch((accumulator & k) >>> 0 !== 0);
        break;
      case 0x06:
        return k;
      default:
        throw new Error(`an instruction that is not used here: ${opcode}`);
    }
  }
  throw new Error('the program ran out of its end');
};
