import type { Writable } from 'node:stream';
import type { CliIo } from '../dependencies.ts';
import { EXIT_CODES, type ExitCode } from '../output/exit-codes.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import { messageOf, systemErrorCode } from '../../base/system-error.ts';
import { TerminalFilter } from './terminal-filter.ts';

const NEWLINE = 0x0a;
const READER_GONE = new Set([
  'EPIPE',
  'ECONNRESET',
  'EOF',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * One of our two output streams. Writing never throws and never rejects: the first failure is kept and
 * told once, what comes after it is dropped.
 */
export class OutputStream {
  readonly isTty: boolean;
  readonly #stream: Writable;
  readonly #onFailure: () => void;
  readonly #filter: TerminalFilter | null;
  readonly #encoder = new TextEncoder();
  #failure: Error | null = null;
  #closed = false;
  #atLineStart = true;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(stream: Writable, isTty: boolean, onFailure: () => void) {
    this.#stream = stream;
    this.isTty = isTty;
    this.#onFailure = onFailure;
    this.#filter = isTty ? new TerminalFilter() : null;
    // Never removed: a late EPIPE without a listener would end the process with a stack trace.
    stream.on('error', (error: Error) => {
      this.#fail(error);
    });
  }

  /** The first failure, or null. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** True when the failure only means that the reader is gone (`| head -1`). */
  get readerIsGone(): boolean {
    return this.#failure !== null && READER_GONE.has(systemErrorCode(this.#failure) ?? '');
  }

  get atLineStart(): boolean {
    return this.#atLineStart;
  }

  /** Writes what the guest printed: as it is, or made harmless when a terminal shows it. */
  writeGuest(bytes: Uint8Array): Promise<void> {
    const last = bytes.at(-1);
    if (last !== undefined) this.#atLineStart = last === NEWLINE;
    return this.#write(this.#filter === null ? bytes : this.#filter.push(bytes));
  }

  writeGuestText(text: string): Promise<void> {
    return this.writeGuest(this.#encoder.encode(text));
  }

  /** Ends the guest's part: what the filter held back and the guest's colours. Our own text may follow. */
  async endGuest(): Promise<void> {
    if (this.#filter !== null) await this.#write(this.#filter.end());
  }

  /** Writes our own text, which must be safe to print. */
  writeTrusted(text: string): Promise<void> {
    if (text !== '') this.#atLineStart = text.endsWith('\n');
    return this.#write(text);
  }

  /** What a terminal shows goes, and printing begins at its top; nothing where there is none. */
  async clearScreen(): Promise<void> {
    if (!this.isTty) return;
    await this.endGuest();
    this.#atLineStart = true;
    await this.#write('\u001b[2J\u001b[H');
  }

  /** Settles once everything written has left the process, or can't any more. */
  flush(): Promise<void> {
    return this.#lastWrite;
  }

  /** Drops everything written from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Settles at once while there is room in the stream's buffer, otherwise when the chunk has left. */
  async #write(chunk: Uint8Array | string): Promise<void> {
    if (this.#closed || this.#failure !== null || chunk.length === 0) return;
    const { promise: written, resolve } = withResolver();
    this.#lastWrite = written;
    const hasRoom = this.#stream.write(chunk, (error) => {
      if (error) this.#fail(error);
      resolve();
    });
    if (!hasRoom) await written;
  }

  #fail(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#onFailure();
  }
}

/** Standard output and standard error of the command. */
export class CommandOutput {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;

  constructor(io: CliIo, onFailure: () => void) {
    this.stdout = new OutputStream(io.stdout, io.stdoutIsTty, onFailure);
    this.stderr = new OutputStream(io.stderr, io.stderrIsTty, onFailure);
  }

  /** One line of our own on stderr. `message` must be safe to print. */
  async notice(message: string): Promise<void> {
    const sameScreen = this.stdout.isTty && this.stderr.isTty;
    const isMidLine = !this.stderr.atLineStart || (sameScreen && !this.stdout.atLineStart);
    await this.stderr.writeTrusted(`${isMidLine ? '\n' : ''}vivarium: ${message}\n`);
  }

  async endGuest(): Promise<void> {
    await this.stdout.endGuest();
    await this.stderr.endGuest();
  }

  async flush(): Promise<void> {
    await Promise.all([this.stdout.flush(), this.stderr.flush()]);
  }

  get hasFailed(): boolean {
    return this.stdout.failure !== null || this.stderr.failure !== null;
  }

  close(): void {
    this.stdout.close();
    this.stderr.close();
  }
}

/**
 * The exit code when output was lost; null when all of it arrived. Call after `flush`. Only losses other
 * than a reader that went away are worth a message.
 */
export async function outputExitCode(out: CommandOutput): Promise<ExitCode | null> {
  if (!out.hasFailed) return null;
  if (out.stdout.failure !== null && !out.stdout.readerIsGone) {
    const reason = systemErrorCode(out.stdout.failure) ?? oneLine(messageOf(out.stdout.failure));
    await out.notice(
      `standard output can't be written (${reason}); part of the output is lost, check the target`,
    );
    await out.flush();
    return EXIT_CODES.failed;
  }
  return out.stdout.readerIsGone || out.stderr.readerIsGone ? EXIT_CODES.brokenPipe : EXIT_CODES.failed;
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
