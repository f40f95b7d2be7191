import { z } from 'zod';
import { GuestFileList } from '../../../shared/protocol/interpreter.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { CollectedFile, OutputFile } from '../../../shared/contract/run.ts';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';
import { JsonError, JsonReader } from '../../foreign-text/json-reader.ts';
import { ByteBuffer } from '../../base/byte-buffer.ts';
import type { Clock } from '../../base/clock.ts';
import type { OpenInterpreter } from './session-registry.ts';
import { checkFiles, FILES_VALUES, REPORTED_FILES } from '../../run/reported-files.ts';
import { raceStop } from '../../base/stop-signal.ts';

/** A file below /workspace is not available; the message says why. */
export class WorkspaceFileError extends Error {
  override readonly name = 'WorkspaceFileError';
}

/** Limit for reading all files of a run, in ms. */
const COLLECT_LIMIT_MS = 60_000;

/** Caps of the two lists: that of the realm, and that of the guest, which may be any text. */
const LIST_CAPS = {
  maxBytes: LIMITS.fileListBytes,
  maxDepth: 4,
  maxValues: 1 + 2 * FILES_VALUES,
  droppable: [{ ...REPORTED_FILES, path: ['said'] }],
} as const;

const TOO_SLOW = `not read within ${COLLECT_LIMIT_MS / 1000} s`;

/** Reads files from interpreters in which nothing runs. What an interpreter says about them is untrusted. */
export class FileCollector {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The files below /workspace. @throws WorkspaceFileError when they can't be listed */
  async list({ id, sidecar }: OpenInterpreter, signal: AbortSignal): Promise<OutputFile[]> {
    const reader = new JsonReader(LIST_CAPS);
    try {
      await this.#gather(
        (onPiece, ended) => sidecar.questions.askInPieces(id, 'listFiles', {}, onPiece, ended),
        (bytes) => reader.push(bytes),
        LIMITS.fileListBytes,
        COLLECT_LIMIT_MS,
        signal,
      );
      const { found, said } = GuestFileList.parse(reader.end());
      return checkFiles(said, found).files;
    } catch (error) {
      if (error instanceof JsonError || error instanceof z.ZodError) {
        throw new WorkspaceFileError('the interpreter gave no list of its files');
      }
      throw error;
    }
  }

  /** @throws WorkspaceFileError when the file is not available */
  read(interpreter: OpenInterpreter, name: string, signal: AbortSignal): Promise<Uint8Array> {
    return this.#read(interpreter, name, LIMITS.collectedFileBytes, COLLECT_LIMIT_MS, signal);
  }

  /** @throws WorkspaceFileError when it can't be removed */
  async remove({ id, sidecar }: OpenInterpreter, name: string, signal: AbortSignal): Promise<void> {
    const problem = workspaceNameProblem(name);
    if (problem !== null) throw new WorkspaceFileError(`its name ${problem}`);
    try {
      const raced = await raceStop(sidecar.files.remove(id, name), this.#clock, COLLECT_LIMIT_MS, signal);
      if (raced.stopped !== null) throw new WorkspaceFileError('it was not removed in time');
    } catch (error) {
      // The message of a remote error may be written by the guest.
      if (RpcError.is(error)) throw new WorkspaceFileError(error.message);
      throw error;
    }
  }

  /** Passes each file to `onFile`, or the reason why it is not available. Rejects only with what `onFile` throws. */
  async collect(
    interpreter: OpenInterpreter,
    files: readonly OutputFile[],
    onFile: (file: CollectedFile) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = this.#clock.now() + COLLECT_LIMIT_MS;
    let filesLeft: number = LIMITS.collectedFiles;
    let bytesLeft: number = LIMITS.totalCollectedBytes;
    for (const { name, mime } of files) {
      const leaveOut = (why: string): void | Promise<void> => onFile({ kind: 'left-out', name, why });
      if (filesLeft-- <= 0) {
        await leaveOut(`there are more than ${LIMITS.collectedFiles} files`);
        continue;
      }
      const room = Math.min(LIMITS.collectedFileBytes, bytesLeft);
      const left = Math.max(0, deadline - this.#clock.now());
      let bytes: Uint8Array;
      try {
        bytes = await this.#read(interpreter, name, room, left, signal);
      } catch (error) {
        await leaveOut(error instanceof WorkspaceFileError ? error.message : 'it could not be read');
        continue;
      }
      bytesLeft -= bytes.length;
      await onFile({ kind: 'whole', name, mime, bytes });
    }
  }

  async #read(
    { id, sidecar }: OpenInterpreter,
    name: string,
    maxBytes: number,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const problem = workspaceNameProblem(name);
    if (problem !== null) throw new WorkspaceFileError(`its name ${problem}`);
    const received = new ByteBuffer();
    await this.#gather(
      (onPiece, ended) => sidecar.files.read(id, name, onPiece, ended),
      (bytes) => received.push(bytes),
      maxBytes,
      limitMs,
      signal,
    );
    return received.bytes();
  }

  async #gather(
    read: (onPiece: (bytes: Uint8Array) => void, ended: AbortSignal) => Promise<void>,
    take: (bytes: Uint8Array) => void,
    maxBytes: number,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    let received = 0;
    const ended = new AbortController();
    const reading = read((bytes) => {
      if (bytes.length === 0) throw new WorkspaceFileError('it came in pieces of nothing');
      received += bytes.length;
      if (received > maxBytes) throw new WorkspaceFileError(`more than ${maxBytes} bytes`);
      take(bytes);
    }, ended.signal);
    try {
      const raced = await raceStop(reading, this.#clock, limitMs, signal);
      if (raced.stopped === 'cancelled') throw new WorkspaceFileError('cancelled before it was read');
      if (raced.stopped === 'deadline') throw new WorkspaceFileError(TOO_SLOW);
    } catch (error) {
      // The message of a remote error may be written by the guest.
      if (RpcError.is(error)) throw new WorkspaceFileError(error.message);
      throw error;
    } finally {
      ended.abort();
    }
  }
}
