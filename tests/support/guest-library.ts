/** Shared libraries as a guest could make them: WebAssembly with the section that Emscripten's linker asks for. */
import wabt from 'wabt';

const HEADER_BYTES = 8;
const MEMORY_INFO = 1;

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];

const section = (...contents: number[]): Uint8Array => {
  const named = [...text('dylink.0'), ...contents];
  return Uint8Array.of(0, named.length, ...named);
};

export interface LibraryNeeds {
  /** At most 127 bytes. */
  readonly memoryBytes?: number;
  /** In the place of the section's contents, which are right. */
  readonly dylink?: readonly number[];
}

/** A library from WebAssembly's text format. */
export const guestLibrary = async (
  source: string,
  { memoryBytes = 0, dylink = [MEMORY_INFO, 4, memoryBytes, 0, 0, 0] }: LibraryNeeds = {},
): Promise<Uint8Array> => {
  const module = (await wabt()).parseWat('guest.wat', source, {
    exceptions: true,
    mutable_globals: true,
    reference_types: true,
  });
  const { buffer } = module.toBinary({});
  module.destroy();
  return Buffer.concat([buffer.subarray(0, HEADER_BYTES), section(...dylink), buffer.subarray(HEADER_BYTES)]);
};
