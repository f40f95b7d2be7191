/** A piece of source and what came of it. Plain data and rules: nothing here knows of the page. */
import type { ApiErrorCode } from '../../../shared/ipc/answer.ts';
import type { RunEvent } from '../../../shared/ipc/sandbox.ts';
import type { RunPhase } from '../../../shared/contract/run-phase.ts';
import type { PackageProgress } from '../../../shared/contract/package-progress.ts';
import { CLEAR_OUTPUT } from '../../../shared/contract/clear-output.ts';
import type { RunError, RunResult } from '../../../shared/contract/run.ts';
import type { PythonRuntime } from '../../../shared/runtimes.ts';
import { NOTHING_HIDDEN, type CellKind, type CellOrigin, type HiddenParts } from './document.ts';
import { shownOutput, type Mime, type ShownOutput } from './rich-output.ts';
import { TextBlock, type TextStream } from './texts/text-block.ts';

export interface RichItem {
  readonly kind: 'rich';
  /** All forms in which it came. */
  readonly mime: Mime;
  readonly shown: ShownOutput;
  /** The output's plain text form, if it has one. */
  readonly plain: string | undefined;
  /** Whether it is the value of the run. */
  readonly isValue: boolean;
}

export interface InputItem {
  readonly kind: 'input';
  readonly prompt: string;
  /** Whether the prompt was printed before it, so that it need not be shown again. */
  readonly printed: boolean;
  readonly secret: boolean;
  /** Undefined while the code waits; null when the input was ended. */
  answer: string | null | undefined;
}

export interface ValueItem {
  readonly kind: 'value';
  readonly text: string;
}

export interface ErrorItem {
  readonly kind: 'error';
  readonly error: RunError;
}

export type CellItem = TextBlock | RichItem | InputItem | ValueItem | ErrorItem;

export type CellPhase =
  | { readonly name: 'draft' }
  | { readonly name: 'running'; readonly runId: string; readonly since: number; readonly stopping: boolean }
  | { readonly name: 'done'; readonly result: RunResult; readonly endedAt: number }
  /** What it shows came with the document: it was not run here. */
  | { readonly name: 'opened' }
  /** The app ended during its run, and with it the run. */
  | { readonly name: 'unfinished' }
  /** It was never run, for a reason in words. */
  | { readonly name: 'refused'; readonly code: ApiErrorCode; readonly message: string };

/** What a run is at before its code goes its own way. */
export type CellStep = Exclude<RunPhase, { name: 'running' }>;

export interface RunLimits {
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  /** Of each stream; null where an older version kept the cell without it. */
  readonly outputKiB: number | null;
}

/** What came of a cell's run. */
export type CellOutcome = Readonly<
  Pick<Cell, 'elsewhere' | 'isCut' | 'items' | 'missing' | 'number' | 'origin' | 'phase' | 'stale'>
>;

/** No private members: the page wraps it to hear of changes. Its items are replaced when they change. */
export class Cell {
  readonly id: string;
  kind: CellKind = 'code';
  /** Where it comes from; null for one that was made here. */
  origin: CellOrigin | null = null;
  /** How often what it shows was replaced. */
  outputChanges = 0;
  /** What the session counts its runs with; null before the first one. */
  number: number | null = null;
  source: string;
  /** What of it is collapsed to a line. */
  hidden: HiddenParts = NOTHING_HIDDEN;
  phase: CellPhase = { name: 'draft' };
  items: CellItem[] = [];
  /** Its place among those that wait for their turn, from 1; null when it does not wait. */
  queuedAt: number | null = null;
  /** What its run left is gone. */
  stale = false;
  /** What its run left is in another Python than the one that its session runs in now. */
  elsewhere = false;
  /** A variable that its run did not find, and that a cell had made before it was lost. */
  missing: string | null = null;
  /** What came of it is being read from the disk. */
  isLoading = false;
  /** Some of its output was too much to be kept. */
  isCut = false;
  /** Its code took away what was shown. */
  cleared = false;
  /** While packages are fetched for it. */
  packages: PackageProgress | null = null;
  /** While packages are put in for it and imported. */
  step: CellStep | null = null;
  /** What held when it began. */
  limits: RunLimits = { timeoutSeconds: 0, memoryMiB: 0, outputKiB: null };
  /** When it was asked to stop, in ms since the epoch. */
  stopAskedAt: number | null = null;

  constructor(id: string, source = '') {
    this.id = id;
    this.source = source;
  }

  begin(runId: string, number: number, now: number, limits: RunLimits): void {
    this.number = number;
    detachFromOrigin(this);
    this.limits = limits;
    this.stopAskedAt = null;
    this.items = [];
    this.isLoading = false;
    this.isCut = false;
    this.stale = false;
    this.elsewhere = false;
    this.missing = null;
    this.cleared = false;
    this.packages = null;
    this.step = null;
    this.phase = { name: 'running', runId, since: now, stopping: false };
  }

  /** Adds what a run says; what comes after its end is ignored. */
  apply(event: RunEvent): void {
    if (this.phase.name !== 'running' || this.phase.runId !== event.runId) return;
    switch (event.type) {
      case 'text':
        this.packages = null;
        textBlock(this, event.stream).append(event.text);
        return;
      case 'output':
        this.packages = null;
        if (Object.hasOwn(event.mime, CLEAR_OUTPUT)) {
          this.items = [];
          this.cleared = true;
          return;
        }
        this.items.push(richItem(event.mime));
        return;
      case 'input':
        this.items.push({
          kind: 'input',
          prompt: event.prompt,
          printed: endsWith(this.items.at(-1), event.prompt),
          secret: event.secret,
          answer: undefined,
        });
        return;
      case 'packages':
        this.packages = event.progress;
        return;
      case 'phase':
        this.packages = null;
        this.step = event.phase.name === 'running' ? null : event.phase;
        return;
    }
  }

  finish(result: RunResult, now: number): void {
    if (this.phase.name !== 'running') return;
    this.packages = null;
    this.outputChanges += 1;
    this.step = null;
    addUnstreamed(this, result);
    for (const item of this.items) if (item.kind === 'input' && item.answer === undefined) item.answer = null;
    if (result.value !== null) addValue(this, result.value.text);
    if (isGuestError(result) && result.error !== null)
      this.items.push({ kind: 'error', error: result.error });
    this.items = [...this.items];
    this.phase = { name: 'done', result, endedAt: now };
  }

  /** Takes away what came of it. */
  clear(): void {
    if (this.phase.name === 'running') return;
    detachFromOrigin(this);
    this.phase = { name: 'draft' };
    this.number = null;
    this.items = [];
    this.stale = false;
    this.elsewhere = false;
    this.missing = null;
    this.isCut = false;
    this.isLoading = false;
  }

  /** All that `clear` takes away. */
  get outcome(): CellOutcome {
    const { elsewhere, isCut, items, missing, number, origin, phase, stale } = this;
    return { elsewhere, isCut, items, missing, number, origin, phase, stale };
  }

  /** Puts back what was taken away. */
  bringBack(outcome: CellOutcome): void {
    Object.assign(this, outcome);
    this.outputChanges += 1;
  }

  refuse(code: ApiErrorCode, message: string): void {
    this.packages = null;
    this.step = null;
    this.phase = { name: 'refused', code, message };
  }

  stopping(now: number): void {
    if (this.phase.name !== 'running') return;
    this.stopAskedAt = now;
    this.phase = { ...this.phase, stopping: true };
  }

  /** Whether it runs, or will. */
  get isActive(): boolean {
    return this.phase.name === 'running' || this.queuedAt !== null;
  }

  /** Whether its run has left something in the session. */
  get hasKeptState(): boolean {
    if (this.phase.name !== 'done') return this.phase.name === 'unfinished';
    const { session, status } = this.phase.result;
    // A run to its end that tells of a loss tells of an earlier one: what it made itself is there.
    return session.state === 'kept' || (session.state === 'lost' && (status === 'ok' || status === 'error'));
  }

  /** The input that the code waits for. */
  get openInput(): InputItem | null {
    const item = this.items.findLast((candidate) => candidate.kind === 'input');
    return item?.kind === 'input' && item.answer === undefined ? item : null;
  }

  /** Where its run was; null when it had none to its end. */
  get ranIn(): PythonRuntime | null {
    return this.phase.name === 'done' ? this.phase.result.runtime : null;
  }

  /** The name that its code did not find; null when it ended otherwise. */
  get unknownName(): string | null {
    if (this.phase.name !== 'done') return null;
    const { error } = this.phase.result;
    return error?.type === 'NameError'
      ? (/^name '([^']+)' is not defined/u.exec(error.message)?.[1] ?? null)
      : null;
  }

  /** 1-based line of the source that an error blames. */
  get errorLine(): number | null {
    return this.phase.name === 'done' ? (this.phase.result.error?.line ?? null) : null;
  }
}

/** What it shows is not what its document has any longer. */
const detachFromOrigin = (cell: Cell): void => {
  cell.outputChanges += 1;
  if (cell.origin !== null) cell.origin = { ...cell.origin, keepsOutputs: false };
};

/** A fault of ours in one output must not keep the others from being shown: its text is shown. */
const safelyShown = (mime: Mime): ShownOutput => {
  try {
    return shownOutput(mime);
  } catch (error) {
    reportError(error);
    return { kind: 'text', text: mime['text/plain'] ?? Object.keys(mime).join(', ') };
  }
};

export const richItem = (mime: Mime): RichItem => ({
  kind: 'rich',
  mime,
  shown: safelyShown(mime),
  plain: mime['text/plain'],
  isValue: false,
});

const endsWith = (item: CellItem | undefined, prompt: string): boolean =>
  item?.kind === 'text' && item.lineAt(item.lineCount - 1).text.endsWith(prompt.split('\n').at(-1) ?? '');

/** A value that was shown in a richer form is not repeated as text. */
const addValue = (cell: Cell, text: string): void => {
  const last = cell.items.at(-1);
  if (last?.kind === 'rich' && last.shown.kind !== 'text' && last.plain?.trim() === text.trim()) {
    cell.items[cell.items.length - 1] = { ...last, isValue: true };
  } else cell.items.push({ kind: 'value', text });
};

const textBlock = (cell: Cell, stream: TextStream): TextBlock => {
  const last = cell.items.at(-1);
  if (last?.kind === 'text' && last.stream === stream) return last;
  const block = new TextBlock(stream);
  cell.items.push(block);
  return block;
};

/** The result holds everything once more; what no event told of is taken from there. */
const addUnstreamed = (cell: Cell, result: RunResult): void => {
  for (const stream of ['stdout', 'stderr'] as const) {
    const wasStreamed =
      cell.cleared || cell.items.some((item) => item.kind === 'text' && item.stream === stream);
    if (!wasStreamed && result[stream] !== '') textBlock(cell, stream).append(result[stream]);
  }
  const shown = cell.items.filter((item) => item.kind === 'rich').length;
  for (const { mime } of result.outputs.slice(shown)) {
    cell.items.push(richItem(mime));
  }
};

/** Whether the guest's own error is told, rather than a message of the sandbox. */
export const isGuestError = ({ status, error }: RunResult): boolean =>
  error !== null && (status === 'error' || error.type === 'MemoryError');
