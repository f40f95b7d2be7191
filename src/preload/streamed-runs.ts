import type { Answer } from '../shared/ipc/answer.ts';
import type { SandboxApi } from '../shared/ipc/api.ts';
import type { RunEvent } from '../shared/ipc/sandbox.ts';
import { StreamedOutput } from '../shared/contract/streamed-output.ts';
import type { RunResult } from '../shared/contract/run.ts';

const DUPLICATE: Answer<RunResult> = {
  ok: false,
  error: { code: 'duplicate-id', message: 'a run of that id is under way already' },
};

/** Main sends a run's output once, as events: here the result gets it back before the page has it. */
export class StreamedRuns {
  readonly #ask: SandboxApi['run'];
  readonly #runs = new Map<string, StreamedOutput>();

  /** @param ask main, which answers after all events of the run */
  constructor(ask: SandboxApi['run']) {
    this.#ask = ask;
  }

  onEvent(event: RunEvent): void {
    const output = this.#runs.get(event.runId);
    switch (event.type) {
      case 'text':
        output?.text(event.stream, event.text);
        break;
      case 'output':
        output?.display({ mime: event.mime });
        break;
      case 'input':
      case 'packages':
      case 'phase':
        break;
    }
  }

  /** What the page gives may be anything: main looks at it. */
  readonly run: SandboxApi['run'] = async (request, options) => {
    const runId: unknown = (options as Partial<typeof options> | null | undefined)?.runId;
    if (typeof runId !== 'string') return this.#ask(request, options);
    // Its answer may still be on its way here when main has forgotten it.
    if (this.#runs.has(runId)) return DUPLICATE;
    const output = new StreamedOutput();
    this.#runs.set(runId, output);
    const answer = await this.#ask(request, options);
    this.#runs.delete(runId);
    return answer.ok ? { ok: true, value: output.complete(answer.value) } : answer;
  };
}
