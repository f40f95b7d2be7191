import {
  outcomeBudgetBytes,
  GuestDisplay,
  MAX_PROMPT_UNITS,
  MAX_QUESTIONS,
  type FinishedRun,
  type RunPiece,
} from '../../shared/interpreter.ts';
import { LIMITS } from '../../shared/limits.ts';
import { measure } from '../../shared/rpc/measure.ts';
import { GuestOutcome, type RunDisplay, type RunOutput } from '../../shared/sandbox.ts';
import { ByteBuffer } from './byte-buffer.ts';

/** The sidecar sent more than it may. */
export class MisbehaviourError extends Error {
  override readonly name = 'MisbehaviourError';
}

/** What every receiver of a result, however far away, can take. The runner's own limits are lower. */
const JSON_LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 66, maxNodes: 200_000 };

/**
 * Takes a value's JSON out of the report when it could not be passed on as it is: too large, too deep, or with
 * a key named __proto__, which schemas drop. The value's text remains.
 */
const dropUnfitJson = (report: unknown): void => {
  if (typeof report !== 'object' || report === null || !('value' in report)) return;
  const { value } = report;
  if (typeof value !== 'object' || value === null || !('json' in value)) return;
  if (typeof measure(value.json, JSON_LIMITS) !== 'number') delete value.json;
};

/** What the guest reports about its run is no report. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** @throws ReportError when it is none */
const parseDisplay = (text: string): GuestDisplay => {
  try {
    return GuestDisplay.parse(JSON.parse(text));
  } catch {
    throw new ReportError('what it shows has the wrong form');
  }
};

/** Told of what a run sends, as it comes. */
export interface RunListener {
  onOutput(output: RunOutput): void;
  onDisplay(display: RunDisplay): void;
  /** The guest waits for a line, which must not be seen when it is secret. */
  onInput(prompt: string, secret: boolean): void;
}

/**
 * Gathers what a run sends. Caps are kept again here: the sidecar may be in the guest's hands.
 */
export class RunCollector {
  readonly #stdout = new ByteBuffer();
  readonly #stderr = new ByteBuffer();
  readonly #outcome = new ByteBuffer();
  readonly #outputBytes: number;
  readonly #listener: RunListener;
  readonly #displays: RunDisplay[] = [];
  /** What has come so far of the next one. */
  #display = new ByteBuffer();
  #displayBytes = 0;
  #displaysCut = false;
  #questions = 0;
  #promptUnits = 0;

  /** @param outputBytes cap of each output stream, in bytes */
  constructor(outputBytes: number, listener: RunListener) {
    this.#outputBytes = outputBytes;
    this.#listener = listener;
  }

  /** @throws MisbehaviourError when a cap is passed, ReportError when what is shown has the wrong form */
  push(piece: RunPiece): void {
    switch (piece.channel) {
      case 'stdout':
        this.#addOutput(this.#stdout, 'stdout', piece.bytes);
        break;
      case 'stderr':
        this.#addOutput(this.#stderr, 'stderr', piece.bytes);
        break;
      case 'outcome':
        this.#add(this.#outcome, piece.bytes, outcomeBudgetBytes(this.#outputBytes));
        break;
      case 'display':
        this.#addDisplay(piece.bytes, piece.last);
        break;
      case 'input':
        this.#addQuestion(piece.prompt, piece.secret);
        break;
    }
  }

  /** What was shown so far, in order. */
  get displays(): RunDisplay[] {
    return [...this.#displays];
  }

  /** Whether something was left out of what was shown. */
  get displaysCut(): boolean {
    return this.#displaysCut;
  }

  /** True when a stream has reached its cap: what came after that was dropped. */
  get full(): boolean {
    return Math.max(this.#stdout.length, this.#stderr.length) >= this.#outputBytes;
  }

  get stdout(): string {
    return this.#stdout.text();
  }

  get stderr(): string {
    return this.#stderr.text();
  }

  /** @throws ReportError when what came is no outcome */
  outcome(): GuestOutcome {
    const report = this.#report();
    if (!report.success) throw new ReportError('its report has the wrong form');
    return report.data;
  }

  /**
   * The outcome of a run in the sandbox that came to its own end.
   *
   * @throws ReportError, MisbehaviourError when what came is no outcome
   */
  conclude({ outcome: inline, outputCut }: FinishedRun): GuestOutcome {
    this.push({ channel: 'outcome', bytes: inline });
    const outcome = this.outcome();
    return { ...outcome, truncated: outcome.truncated || outputCut };
  }

  #addQuestion(prompt: string, secret: boolean): void {
    this.#questions++;
    this.#promptUnits += prompt.length;
    if (this.#questions > MAX_QUESTIONS || this.#promptUnits > MAX_PROMPT_UNITS) {
      throw new MisbehaviourError('it asked more than it may');
    }
    this.#listener.onInput(prompt, secret);
  }

  #addOutput(buffer: ByteBuffer, stream: RunOutput['stream'], bytes: Uint8Array): void {
    // Pieces of nothing never come to a cap, and a listener that is slow has them all waiting.
    if (bytes.byteLength === 0) throw new MisbehaviourError('it sent nothing');
    this.#add(buffer, bytes, this.#outputBytes);
    this.#listener.onOutput({ stream, bytes });
  }

  #addDisplay(bytes: Uint8Array, last: boolean): void {
    // Nothing, again and again, would be no more than nothing, but take memory.
    if (bytes.byteLength === 0 && !last) throw new MisbehaviourError('it sent an empty part');
    this.#displayBytes += bytes.byteLength;
    const tooMuch =
      this.#displayBytes > LIMITS.totalDisplayBytes || this.#displays.length >= LIMITS.displayCount;
    if (tooMuch) throw new MisbehaviourError('it showed more than it may');
    this.#add(this.#display, bytes, LIMITS.displayBytes);
    if (!last) return;
    const { mime, cut } = parseDisplay(this.#display.text());
    this.#display = new ByteBuffer();
    this.#displaysCut ||= cut;
    const display = { mime: Object.fromEntries(mime) };
    this.#displays.push(display);
    this.#listener.onDisplay(display);
  }

  #report(): ReturnType<typeof GuestOutcome.safeParse> {
    try {
      const report: unknown = JSON.parse(this.#outcome.text());
      dropUnfitJson(report);
      // Deep nesting exhausts the parser's stack.
      return GuestOutcome.safeParse(report);
    } catch {
      throw new ReportError('its report can not be read');
    }
  }

  #add(buffer: ByteBuffer, bytes: Uint8Array, cap: number): void {
    if (buffer.length + bytes.byteLength > cap) throw new MisbehaviourError('it sent more than it may');
    buffer.push(bytes);
  }
}
