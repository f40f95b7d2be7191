import type { InputFile } from '../../../shared/contract/run.ts';
import type { SidecarPeer } from './sidecar-peer.ts';

/** Bytes sent in one message, or received without acknowledgement. */
const PART_BYTES = 4 * 1024 * 1024;

/** The files below /workspace of the interpreters of a process. */
export class SidecarFiles {
  readonly #peer: SidecarPeer;

  constructor(peer: SidecarPeer) {
    this.#peer = peer;
  }

  /**
   * Stops between two parts once `signal` aborts.
   *
   * @throws RpcError when a file can't be written
   */
  async write(interpreter: string, files: readonly InputFile[], signal: AbortSignal): Promise<void> {
    for (const { name, bytes } of files) {
      for (let start = 0; start === 0 || start < bytes.byteLength; start += PART_BYTES) {
        if (signal.aborted) return;
        // A copy, which Buffer.slice() does not make: a view would be sent with its whole buffer.
        const part = new Uint8Array(bytes.subarray(start, start + PART_BYTES));
        await this.#peer.call('writeFile', { interpreter, name, bytes: part, append: start > 0 });
      }
    }
  }

  /** @throws RpcError when it can't be removed */
  async remove(interpreter: string, name: string): Promise<void> {
    await this.#peer.call('removeFile', { interpreter, name });
  }

  /** What is in a file below /workspace, in pieces. Rejects with RpcError, or with what `onPiece` threw. */
  async read(
    interpreter: string,
    name: string,
    onPiece: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#peer.call(
      'readFile',
      { interpreter, name },
      { window: PART_BYTES, onItem: ({ bytes }) => onPiece(bytes), signal },
    );
  }
}
