import type { HostRunItem } from '../../shared/protocol/host-protocol.ts';
import type { CollectedFile, RunRequest, RunResult } from '../../shared/contract/sandbox.ts';
import type { InstallProgress } from '../packages/progress.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** Of a file, in one item. */
const FILE_PART_BYTES = 1024 * 1024;

export interface HostRunWishes {
  readonly displays: boolean;
  readonly files: boolean;
  readonly input: boolean;
}

/** A run that a client of the host has asked for. */
export class HostRun {
  readonly #cancel = new AbortController();
  #answer: ((line: string | null) => void) | undefined;

  cancel(): void {
    this.#cancel.abort();
  }

  /** A line for the guest; ignored when it waits for none. */
  answer(line: string | null): void {
    this.#answer?.(line);
    this.#answer = undefined;
  }

  /** @throws InvalidRequestError as `Sandbox.run` does */
  run(
    sandbox: Sandbox,
    request: RunRequest,
    wants: HostRunWishes,
    write: (item: HostRunItem) => Promise<void>,
    onPackages: ((progress: InstallProgress) => void) | undefined,
  ): Promise<RunResult> {
    return sandbox.run(request, {
      signal: this.#cancel.signal,
      onOutput: (output) => write({ kind: 'output', output }),
      ...(onPackages === undefined ? {} : { onPackages }),
      ...(wants.displays ? { onDisplay: (display) => write({ kind: 'display', display }) } : {}),
      ...(wants.files ? { onFile: (file) => writeFile(file, write) } : {}),
      ...(wants.input
        ? { onInput: (prompt, _over, secret) => this.#ask({ kind: 'input', prompt, secret }, write) }
        : {}),
    });
  }

  async #ask(question: HostRunItem, write: (item: HostRunItem) => Promise<void>): Promise<string | null> {
    const answered = new Promise<string | null>((resolve) => {
      this.#answer = resolve;
    });
    await write(question);
    return answered;
  }
}

const writeFile = async (file: CollectedFile, write: (item: HostRunItem) => Promise<void>): Promise<void> => {
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
