import { TextDecoder } from 'node:util';
import type { FunctionAnswer } from '../../shared/protocol/blocking-calls.ts';
import type { HostRunItem, HostRunOptions } from '../../shared/protocol/host-protocol.ts';
import type {
  CollectedFile,
  RunDisplay,
  RunOutput,
  RunRequest,
  RunResult,
} from '../../shared/contract/run.ts';
import { isClearing, withoutStreamed, type StreamedAmount } from '../../shared/contract/streamed-output.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { ForwardedCalls } from './forwarded-calls.ts';

/** Of a file, in one item. */
const FILE_PART_BYTES = 1024 * 1024;

type Write = (item: HostRunItem) => Promise<void>;

/** Streams a run's output, and knows how much of it the client has. */
class SentOutput {
  readonly #write: Write;
  readonly #decoders = {
    stdout: new TextDecoder('utf-8', { ignoreBOM: true }),
    stderr: new TextDecoder('utf-8', { ignoreBOM: true }),
  };
  readonly #sent = { stdout: 0, stderr: 0, outputs: 0 };
  /** The run is over, or something could not be sent: what comes after that comes with the result. */
  #isOver = false;

  constructor(write: Write) {
    this.#write = write;
  }

  output(output: RunOutput): Promise<void> {
    const { bytes, stream } = output;
    return this.#send({ kind: 'output', output }, stream, () => {
      return this.#decoders[stream].decode(bytes, { stream: true }).length;
    });
  }

  display(display: RunDisplay): Promise<void> {
    return this.#send({ kind: 'display', display }, 'outputs', () =>
      isClearing(display) ? -this.#sent.outputs : 1,
    );
  }

  /** What waits for room now is sent before the result, so it counts as sent. */
  async #send(item: HostRunItem, counted: keyof StreamedAmount, amountOf: () => number): Promise<void> {
    if (this.#isOver) return;
    const amount = amountOf();
    this.#sent[counted] += amount;
    try {
      await this.#write(item);
    } catch {
      this.#isOver = true;
      this.#sent[counted] -= amount;
    }
  }

  /** The result without what was sent. */
  restOf(result: RunResult): RunResult {
    this.#isOver = true;
    return withoutStreamed(result, this.#sent);
  }
}

/** A run that a client of the host has asked for. */
export class HostRun {
  readonly #cancel = new AbortController();
  #answer: ((line: string | null) => void) | undefined;
  #calls: ForwardedCalls | undefined;

  cancel(): void {
    this.#cancel.abort();
  }

  /** A line for the guest; ignored when it waits for none. */
  answer(line: string | null): void {
    this.#answer?.(line);
    this.#answer = undefined;
  }

  /** What the client says to a call of one of its functions; ignored when there are none. */
  answerCall(call: number, answer: FunctionAnswer): void {
    this.#calls?.answer(call, answer);
  }

  /**
   * @param progress told how far packages are
   * @param functions what Python is told of the client's functions
   * @returns the result without what was written
   * @throws InvalidRequestError as `Sandbox.run` does
   */
  async run(
    sandbox: Pick<Sandbox, 'run'>,
    request: RunRequest,
    runOptions: HostRunOptions,
    write: Write,
    progress: Pick<RunOptions, 'onPackages' | 'onPhase'>,
    functions?: string,
  ): Promise<RunResult> {
    const sent = new SentOutput(write);
    if (functions !== undefined) this.#calls = new ForwardedCalls(functions, write);
    const result = await sandbox.run(request, {
      signal: this.#cancel.signal,
      adviceWording: runOptions.adviceWording,
      forwardedCalls: this.#calls,
      ...(runOptions.output ? { onOutput: (output) => sent.output(output) } : {}),
      ...progress,
      ...(runOptions.displays ? { onDisplay: (display) => sent.display(display) } : {}),
      ...(runOptions.files ? { onFile: (file) => writeFile(file, write) } : {}),
      countsInput: runOptions.countsInput,
      ...(runOptions.input
        ? { onInput: (prompt, _over, secret) => this.#ask({ kind: 'input', prompt, secret }, write) }
        : {}),
    });
    return sent.restOf(result);
  }

  async #ask(question: HostRunItem, write: Write): Promise<string | null> {
    const answered = new Promise<string | null>((resolve) => {
      this.#answer = resolve;
    });
    await write(question);
    return answered;
  }
}

const writeFile = async (file: CollectedFile, write: Write): Promise<void> => {
  if (file.kind === 'left-out') {
    await write({ kind: 'file', file });
    return;
  }
  const { name, mime, bytes } = file;
  for (let start = 0; start === 0 || start < bytes.length; start += FILE_PART_BYTES) {
    const end = start + FILE_PART_BYTES;
    const last = end >= bytes.length;
    await write({ kind: 'file-part', name, mime, bytes: bytes.slice(start, end), last });
  }
};
