import type { UnpackedPackage } from '../../shared/package-files.ts';
import { copyToGuest, guestByteLength } from './host-intrinsics.ts';

/** The packages' files, on the host's side: the guest gets a copy of each file when it first reads it. */
export class PackageFiles {
  readonly #files: Uint8Array[] = [];

  /** Takes a package's files on; they get consecutive numbers, of which the first is returned. */
  add({ sizes, bytes }: UnpackedPackage): number {
    const first = this.#files.length;
    let offset = 0;
    for (const size of sizes) {
      this.#files.push(bytes.subarray(offset, offset + size));
      offset += size;
    }
    return first;
  }

  /** Copies a file into memory of the guest's; false when there is no such file or the memory does not fit. */
  copy(id: unknown, target: unknown): boolean {
    const file = typeof id === 'number' ? this.#files[id] : undefined;
    // Fails too when there is no such file.
    if (guestByteLength(target) !== file?.byteLength) return false;
    copyToGuest(target, file);
    return true;
  }
}
