/** The files in the folders of sessions, and what a person has put there, which outlives the interpreter. */
import { shallowRef, type Ref } from 'vue';
import { LIMITS } from '../../../shared/limits.ts';
import type { InputFile, RunResult } from '../../../shared/contract/sandbox.ts';
import type { SandboxApi, WorkApi } from '../../../shared/ipc/api.ts';
import type { ChosenFile } from './chosen-files.ts';
import { FILE_MARK, type AttachedFile, type Session } from '../model/session.ts';

/** Bytes of a file that are kept as one part. */
const PART_BYTES = 16 * 1024 * 1024;

export interface SessionFilesOptions {
  readonly api: Pick<SandboxApi, 'files' | 'readFile' | 'removeFile' | 'run'>;
  readonly work: Pick<WorkApi, 'read' | 'save'>;
  readonly uniqueName: () => string;
  readonly runId: () => string;
}

/** What is on its way into a session. */
export interface Transfer {
  readonly session: Session;
  /** Of the file. */
  readonly name: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export type AttachProblem =
  /** It is not in the session. */
  | { readonly code: 'failed'; readonly name: string; readonly detail: string }
  /** It is, but will not be there again after the session has lost its state. */
  | { readonly code: 'not-kept'; readonly name: string; readonly detail: string | null };

export class SessionFiles {
  readonly #options: SessionFilesOptions;
  /** Null when nothing is on its way. */
  readonly transfer: Ref<Transfer | null> = shallowRef(null);
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

  /** Puts files into a session, one after the other; what went wrong. */
  async attach(session: Session, files: readonly ChosenFile[]): Promise<readonly AttachProblem[]> {
    const problems: AttachProblem[] = [];
    const bytesTotal = files.reduce((sum, { size }) => sum + size, 0);
    let bytesDone = 0;
    try {
      for (const file of files) {
        this.transfer.value = { session, name: file.name, bytesDone, bytesTotal };
        const problem = await this.#attachOne(session, file);
        if (problem !== null) problems.push(problem);
        bytesDone += file.size;
      }
    } finally {
      this.transfer.value = null;
    }
    return problems;
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

  /** What belongs into a session's folder and is not there; from now on it counts as there. */
  async missing(session: Session): Promise<readonly InputFile[]> {
    const missing = session.attached.filter(({ isPlaced }) => !isPlaced);
    session.notePlaced(
      missing.map(({ name }) => name),
      true,
    );
    const files: InputFile[] = [];
    for (const file of missing) {
      const bytes = await this.#keptBytes(file);
      if (bytes === null) session.detach(file.name);
      else files.push({ name: file.name, bytes });
    }
    return files;
  }

  /** They did not get there. */
  noteMissing(session: Session, files: readonly InputFile[]): void {
    session.notePlaced(
      files.map(({ name }) => name),
      false,
    );
  }

  /** A run with these files has ended. */
  noteSent(session: Session, files: readonly InputFile[], status: RunResult['status']): void {
    if (status !== 'ok' && status !== 'error') {
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

  async #attachOne(session: Session, file: ChosenFile): Promise<AttachProblem | null> {
    const { name } = file;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await file.read();
    } catch {
      // A folder looks like a file until it is read.
      return { code: 'failed', name, detail: 'unreadable' };
    }
    const before = await this.missing(session);
    for (const some of [before, [{ name, bytes }]]) {
      const failed = some.length === 0 ? null : await this.#place(session, some);
      if (failed !== null) return { code: 'failed', name, detail: failed };
    }
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
  async #place(session: Session, files: readonly InputFile[]): Promise<string | null> {
    const { api, runId } = this.#options;
    const answer = await api.run({ code: '', session: session.name, files: [...files] }, { runId: runId() });
    if (answer.ok && answer.value.status === 'ok') {
      session.noteRuntime(answer.value.runtime);
      session.noteFiles(files.map(asListed), null);
      return null;
    }
    this.noteMissing(session, files);
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

  /** Null when they can't be read any more. */
  async #keptBytes({ parts, size }: AttachedFile): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(size);
    let length = 0;
    for (const part of parts) {
      const answer = await this.#options.work.read(part);
      const piece = answer.ok ? answer.value.bytes : null;
      if (piece === null || length + piece.byteLength > size) return null;
      bytes.set(piece, length);
      length += piece.byteLength;
    }
    return length === size ? bytes : null;
  }
}

const asListed = ({ bytes, name }: InputFile): { name: string; size: number; mime: string } => ({
  name,
  size: bytes.byteLength,
  mime: '',
});
