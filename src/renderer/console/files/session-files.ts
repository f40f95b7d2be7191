/** The files in the folders of sessions, and what a person has put there, which outlives the interpreter. */
import { shallowRef, type Ref } from 'vue';
import { LIMITS } from '../../../shared/limits.ts';
import type { InputFile, RunResult } from '../../../shared/contract/run.ts';
import type { SandboxApi, WorkApi } from '../../../shared/ipc/api.ts';
import type { ChosenFile } from './chosen-files.ts';
import { FILE_MARK, type AttachedFile, type Session } from '../model/session.ts';

/** Bytes of a file that are kept as one part. */
const PART_BYTES = 16 * 1024 * 1024;

export interface SessionFilesOptions {
  readonly api: Pick<SandboxApi, 'cancel' | 'files' | 'readFile' | 'removeFile' | 'run'>;
  readonly work: Pick<WorkApi, 'read' | 'save'>;
  readonly uniqueName: () => string;
  readonly runId: () => string;
}

/** An addition of files that is under way: the one that is on its way into the session now. */
export interface Transfer {
  /** Of the addition. */
  readonly id: number;
  readonly session: Session;
  /** Of the file. */
  readonly name: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Lets go of what has not arrived. */
  readonly cancel: () => void;
}

export type AttachProblem =
  /** It is not in the session. */
  | { readonly code: 'failed'; readonly name: string; readonly detail: string }
  /** It is, but will not be there again after the session has lost its state. */
  | { readonly code: 'not-kept'; readonly name: string; readonly detail: string | null };

/** One that is to be in a session and could not be put back. It is tried again with the next run. */
export interface UnreadFile {
  readonly name: string;
  /** Null: the disk does not have it any more, or not as it was. */
  readonly detail: string | null;
}

export class SessionFiles {
  readonly #options: SessionFilesOptions;
  /** One for each addition under way, in the order of their beginnings. */
  readonly transfers: Ref<readonly Transfer[]> = shallowRef([]);
  /** Kept files that could not be put back the last time. */
  readonly unread: Ref<readonly UnreadFile[]> = shallowRef([]);
  /** By the session's name: the end of what is being put back there. */
  readonly #turns = new Map<string, Promise<void>>();
  #additions = 0;
  #listings = 0;
  #kept = 0;

  constructor(options: SessionFilesOptions) {
    this.#options = options;
  }

  /** Asks what is in a session's folder now. */
  async refresh(session: Session): Promise<void> {
    this.#listings += 1;
    const asked = this.#listings;
    const answer = await this.#options.api.files(session.name);
    // A later question knows more.
    if (!answer.ok || asked !== this.#listings) return;
    const cells = new Map(session.files.map(({ name, cell }) => [name, cell]));
    session.files = [];
    for (const file of answer.value) session.noteFiles([file], cells.get(file.name) ?? null);
  }

  read(session: Session, name: string): ReturnType<SandboxApi['readFile']> {
    return this.#options.api.readFile(session.name, name);
  }

  /**
   * What is in a file that is about to be removed, so that it can come back. Null when that can't be: it is too large
   * to be handed out, or its kept copy can't be read. A text says why nothing should be removed now.
   */
  async readForUndo(session: Session, name: string): Promise<Uint8Array<ArrayBuffer> | string | null> {
    const there = session.files.find((file) => file.name === name);
    if (there === undefined) {
      const attached = session.attached.find((file) => file.name === name);
      const kept = attached === undefined ? NOT_ON_DISK : await this.#keptBytes(attached);
      return kept.ok ? kept.bytes : null;
    }
    if (there.size > LIMITS.collectedFileBytes) return null;
    const answer = await this.read(session, name);
    return answer.ok ? new Uint8Array(answer.value) : answer.error.message;
  }

  /** Puts files into a session, one after the other; what went wrong. */
  async attach(session: Session, files: readonly ChosenFile[]): Promise<readonly AttachProblem[]> {
    this.#additions += 1;
    const id = this.#additions;
    const stop = new AbortController();
    const cancel = (): void => stop.abort();
    const problems: AttachProblem[] = [];
    const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
    let bytesDone = 0;
    try {
      for (const file of files) {
        if (stop.signal.aborted) break;
        this.#show({ id, session, name: file.name, bytesDone, bytesTotal, cancel });
        const problem = await this.#attachOne(session, file, stop.signal);
        if (problem !== null) problems.push(problem);
        bytesDone += file.size;
      }
    } finally {
      this.transfers.value = this.transfers.value.filter((other) => other.id !== id);
    }
    return problems;
  }

  /** In place of what was shown of that addition. */
  #show(transfer: Transfer): void {
    const all = this.transfers.value;
    const isShown = all.some(({ id }) => id === transfer.id);
    this.transfers.value = isShown
      ? all.map((other) => (other.id === transfer.id ? transfer : other))
      : [...all, transfer];
  }

  /** False, or a reason, when it is not removed. What was kept of it is removed with it. */
  async remove(session: Session, name: string): Promise<boolean | string> {
    const isThere = session.files.some((file) => file.name === name);
    if (isThere) {
      const answer = await this.#options.api.removeFile(session.name, name);
      if (!answer.ok) return answer.error.message;
    }
    session.files = session.files.filter((file) => file.name !== name);
    session.detach(name);
    return true;
  }

  /**
   * Runs something with what belongs into a session's folder and is not there. Whatever else wants that waits until
   * its end, so that nothing runs without files that are on their way.
   */
  async withMissing<T>(session: Session, run: (files: readonly InputFile[]) => Promise<T>): Promise<T> {
    const before = this.#turns.get(session.name);
    if (before === undefined && session.attached.every(({ isPlaced }) => isPlaced)) return run([]);
    let end: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => (end = resolve));
    this.#turns.set(session.name, turn);
    try {
      await before;
      const files = await this.#missing(session);
      // Nothing that others could miss is on its way.
      if (files.length === 0) end();
      return await run(files);
    } finally {
      end();
      if (this.#turns.get(session.name) === turn) this.#turns.delete(session.name);
    }
  }

  /** What can't be read now stays, and is tried again: only a person takes it away. */
  async #missing(session: Session): Promise<readonly InputFile[]> {
    const files: InputFile[] = [];
    const unread: UnreadFile[] = [];
    for (const file of session.attached.filter(({ isPlaced }) => !isPlaced)) {
      const kept = await this.#keptBytes(file);
      // It was removed or replaced while it was read.
      const isWanted = session.attached.some(({ isPlaced, parts }) => !isPlaced && parts === file.parts);
      if (!isWanted) continue;
      if (kept.ok) files.push({ name: file.name, bytes: kept.bytes });
      else unread.push({ name: file.name, detail: kept.detail });
    }
    if (unread.length > 0) this.unread.value = unread;
    session.notePlaced(
      files.map(({ name }) => name),
      true,
    );
    return files;
  }

  /** They did not get there. */
  noteMissing(session: Session, files: readonly InputFile[]): void {
    session.notePlaced(
      files.map(({ name }) => name),
      false,
    );
  }

  /** A run with these files has ended. Where they are, its code may have changed them. */
  noteSent(session: Session, files: readonly InputFile[], result: RunResult): void {
    if (!areThere(result)) {
      this.noteMissing(session, files);
      return;
    }
    const made = new Set(session.files.filter(({ cell }) => cell !== null).map(({ name }) => name));
    session.notePlaced(
      files.map(({ name }) => name),
      true,
    );
    session.noteFiles(files.filter(({ name }) => !made.has(name)).map(asListed), null);
  }

  /** @param signal lets go of it, as long as it is not there */
  async #attachOne(session: Session, file: ChosenFile, signal: AbortSignal): Promise<AttachProblem | null> {
    const { name } = file;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await file.read();
    } catch {
      // A folder looks like a file until it is read.
      return { code: 'failed', name, detail: 'unreadable' };
    }
    const failed = await this.withMissing(session, async (before) => {
      const problem = before.length === 0 ? null : await this.#place(session, before, signal);
      if (problem === null) return this.#place(session, [{ name, bytes }], signal);
      // Not so for the new one: an older one of its name is there, as code may have changed it.
      this.noteMissing(session, before);
      return problem;
    });
    if (failed !== null) return signal.aborted ? null : { code: 'failed', name, detail: failed };
    const others = session.attached.filter((other) => other.name !== name);
    const size = others.reduce((sum, other) => sum + other.size, bytes.byteLength);
    // What is kept is put back with one run.
    if (size > LIMITS.totalFileBytes || others.length >= LIMITS.fileCount) {
      session.detach(name);
      return { code: 'not-kept', name, detail: null };
    }
    const kept = await this.#keep(session, bytes);
    if (!kept.ok) session.detach(name);
    else session.attach({ name, size: bytes.byteLength, parts: kept.parts, isPlaced: true });
    return kept.ok ? null : { code: 'not-kept', name, detail: kept.detail };
  }

  /** By a run without code; null, or why it could not be done. */
  async #place(session: Session, files: readonly InputFile[], signal: AbortSignal): Promise<string | null> {
    const { api } = this.#options;
    const runId = this.#options.runId();
    const cancel = (): void => void api.cancel(runId);
    const run = api.run({ code: '', session: session.name, files: [...files] }, { runId });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const answer = await run;
    signal.removeEventListener('abort', cancel);
    // What was let go may have been there already.
    const isDone = answer.ok && (signal.aborted ? areThere(answer.value) : answer.value.status === 'ok');
    if (isDone) {
      session.noteRuntime(answer.value.runtime);
      session.noteFiles(files.map(asListed), null);
      return null;
    }
    return answer.ok ? (answer.value.error?.message ?? answer.value.status) : answer.error.message;
  }

  async #keep(
    session: Session,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<
    { readonly ok: true; readonly parts: readonly string[] } | { readonly ok: false; readonly detail: string }
  > {
    const { uniqueName, work } = this.#options;
    this.#kept += 1;
    const stem = `${session.name}${FILE_MARK}${this.#kept}-${uniqueName()}`;
    const parts: string[] = [];
    for (let start = 0; start === 0 || start < bytes.byteLength; start += PART_BYTES) {
      const name = `${stem}-${parts.length}`;
      // A copy: a view would be sent with its whole buffer.
      const answer = await work.save([{ name, bytes: bytes.slice(start, start + PART_BYTES) }], []);
      if (!answer.ok) {
        await work.save([], parts);
        return { ok: false, detail: answer.error.message };
      }
      parts.push(name);
    }
    return { ok: true, parts };
  }

  async #keptBytes({ parts, size }: AttachedFile): Promise<KeptBytes> {
    const bytes = new Uint8Array(size);
    let length = 0;
    for (const part of parts) {
      const answer = await this.#options.work.read(part);
      if (!answer.ok) return { ok: false, detail: answer.error.message };
      const piece = answer.value.bytes;
      if (piece === null || length + piece.byteLength > size) return NOT_ON_DISK;
      bytes.set(piece, length);
      length += piece.byteLength;
    }
    return length === size ? { ok: true, bytes } : NOT_ON_DISK;
  }
}

type KeptBytes =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Null: the disk does not have them any more, or not as they were. */
  | { readonly ok: false; readonly detail: string | null };
const NOT_ON_DISK: KeptBytes = { ok: false, detail: null };

/** Whether the files that were sent with a run are in its session's folder after it. */
const areThere = ({ session, status, timing }: RunResult): boolean => {
  if (status === 'ok' || status === 'error') return true;
  // Its code had begun, and what it left is at hand.
  return status !== 'setup-failed' && timing.runMs > 0 && session.state === 'kept';
};

const asListed = ({ bytes, name }: InputFile): { name: string; size: number; mime: string } => ({
  name,
  size: bytes.byteLength,
  mime: '',
});
