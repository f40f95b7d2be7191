import { PACKAGE_LIMITS } from '../../../shared/protocol/package-limits.ts';
import type { PackageConflict, PackagePart } from '../../../shared/protocol/package-parts.ts';
import type { SidecarPeer } from './sidecar-peer.ts';

/** The packages that a process and its interpreters have. */
export class SidecarPackages {
  readonly #peer: SidecarPeer;

  constructor(peer: SidecarPeer) {
    this.#peer = peer;
  }

  /**
   * Sends a whole package; stops between two parts once `signal` aborts.
   *
   * @throws RpcError when it can't be unpacked
   */
  async load(
    wheel: Pick<PackagePart, 'sha256' | 'name' | 'kind' | 'restrictions'>,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    const { restrictions, sha256, name, kind } = wheel;
    const what = { sha256, name, kind, ...(restrictions === undefined ? {} : { restrictions }) };
    for (let start = 0; start < bytes.byteLength && !signal.aborted; start += PACKAGE_LIMITS.partBytes) {
      // A copy, as for files.
      const part = new Uint8Array(bytes.subarray(start, start + PACKAGE_LIMITS.partBytes));
      const totalBytes = bytes.byteLength;
      await this.#peer.call('loadPackage', { ...what, totalBytes, offset: start, bytes: part });
    }
  }

  /**
   * Installs packages into an interpreter. Returns those that must be sent first, or two that conflict with each other;
   * then nothing was installed.
   *
   * @throws RpcError when their files can't be made
   */
  install(
    interpreter: string,
    hashes: readonly string[],
  ): Promise<{ readonly missing: readonly string[]; readonly conflict?: PackageConflict }> {
    return this.#peer.call('installPackages', { interpreter, hashes: [...hashes] });
  }

  /**
   * Answers a guest that waits for fonts, with packages or with none. Returns what `install` does; then nothing was
   * answered.
   *
   * @throws RpcError when the process or the interpreter is gone
   */
  answerFonts(
    interpreter: string,
    call: number,
    hashes: readonly string[],
  ): Promise<{ readonly missing: readonly string[]; readonly conflict?: PackageConflict }> {
    return this.#peer.call('answerFonts', { interpreter, call, hashes: [...hashes] });
  }

  /** Those of the packages that the process does not have yet. @throws RpcError when the process is gone */
  async missing(hashes: readonly string[]): Promise<string[]> {
    return (await this.#peer.call('missingPackages', { hashes: [...hashes] })).missing;
  }
}
