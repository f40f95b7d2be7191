import process from 'node:process';
import type { SystemCalls } from './native-calls.ts';

/** The part of koffi's native module that is used. */
interface Koffi {
  load(library: null): { func(definition: string): (...args: readonly unknown[]) => number | bigint };
  address(bytes: Uint8Array): bigint;
  errno(): number;
}

const ARGUMENTS = 6;

/**
 * Loads the binding straight from its file. No module cache learns of it: once the caller lets go of the
 * result, JavaScript has no way to it any more.
 *
 * @throws Error when the file can't be loaded
 */
export const loadKoffi = (file: string): SystemCalls => {
  const holder = { exports: {} as Koffi };
  process.dlopen(holder, file);
  const koffi = holder.exports;
  // The C library of the process itself. Without "...": variadic arguments would need their types with each.
  const library = koffi.load(null);
  const syscall = library.func(
    'long syscall(long n, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)',
  );
  return {
    call: (number, ...args) => {
      const words = Array.from({ length: ARGUMENTS }, (_unused, index) => {
        const argument = args[index] ?? 0;
        return argument instanceof Uint8Array ? koffi.address(argument) : argument;
      });
      const result = Number(syscall(number, ...words));
      return result === -1 ? -koffi.errno() : result;
    },
    addressOf: (bytes) => koffi.address(bytes),
    defaultLoop: () => {
      try {
        return BigInt(library.func('uint64_t uv_default_loop()')());
      } catch {
        // The engine has no function of that name.
        return null;
      }
    },
  };
};
