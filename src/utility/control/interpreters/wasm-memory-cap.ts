/**
 * Lowers the maximum in a module's memory section, so that its memory can't grow past it. The engine then
 * refuses to grow, which Python sees as MemoryError.
 * Format: https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 0x01;
export const PAGES_PER_MIB = 16;

interface Leb {
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

const readLeb = (bytes: Uint8Array, start: number): Leb => {
  let value = 0;
  let shift = 0;
  for (let index = start; index < bytes.length && shift < 35; index++) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if ((byte & 0x80) === 0) return { value, start, end: index + 1 };
  }
  throw new Error('the WebAssembly module is damaged: a number does not end');
};

/** Writes in the same number of bytes, padded as LEB128 allows. */
const overwriteLeb = (bytes: Uint8Array, place: Leb, value: number): void => {
  let rest = value;
  for (let index = place.start; index < place.end; index++) {
    bytes[index] = (rest & 0x7f) | (index < place.end - 1 ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
  if (rest !== 0) throw new Error(`a memory maximum of ${value} pages does not fit the module`);
};

/**
 * Changes `module` in place.
 *
 * @param memoryMiB the new maximum in MiB; must not be below what the module starts with
 * @throws Error when the module has no memory with a maximum, or starts with more
 */
export const capMemory = (module: Uint8Array, memoryMiB: number): void => {
  let offset = HEADER_BYTES;
  while (offset < module.length) {
    const id = module[offset];
    const size = readLeb(module, offset + 1);
    if (id !== MEMORY_SECTION) {
      offset = size.end + size.value;
      continue;
    }
    const count = readLeb(module, size.end);
    const flags = module[count.end] ?? 0;
    if (count.value !== 1 || (flags & HAS_MAXIMUM) === 0) break;
    const minimum = readLeb(module, count.end + 1);
    const maximum = readLeb(module, minimum.end);
    const pages = Math.min(memoryMiB * PAGES_PER_MIB, maximum.value);
    if (pages < minimum.value) {
      throw new Error(
        `${memoryMiB} MiB is less than Python starts with (${minimum.value / PAGES_PER_MIB} MiB)`,
      );
    }
    overwriteLeb(module, maximum, pages);
    return;
  }
  throw new Error('the WebAssembly module has no memory with a maximum');
};
