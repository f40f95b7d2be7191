import type { FontsQuestion, FunctionQuestion, InputQuestion } from '../../shared/protocol/blocking-calls.ts';
import {
  outcomeBudgetBytes,
  GuestDisplay,
  MAX_FONT_QUESTIONS,
  MAX_PROMPT_UNITS,
  MAX_QUESTIONS,
  type FinishedRun,
  type RunPiece,
} from '../../shared/protocol/interpreter.ts';
import { wasCut } from '../../shared/head-tail-buffer.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RunDisplay, RunOutput } from '../../shared/contract/run.ts';
import { isClearing } from '../../shared/contract/streamed-output.ts';
import { GuestReport, type GuestOutcome } from '../../shared/protocol/guest-report.ts';
import { JsonError, JsonReader, type Json } from '../foreign-text/json-reader.ts';
import { Utf8Text } from '../foreign-text/utf8-text.ts';
import { CallBudget } from './call-budget.ts';
import { RunProtocolError } from './run-protocol-error.ts';
import { checkFiles, FILES_VALUES, REPORTED_FILES } from './reported-files.ts';

export { RunProtocolError };

/** The guest's report does not have the form of one. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

/** A value's JSON is left out when it can not be passed on unchanged: too large, too deep, or with a key that schemas drop. */
const VALUE_JSON = {
  path: ['value', 'json'],
  maxBytes: LIMITS.valueJsonBytes,
  maxDepth: LIMITS.valueJsonDepth,
  maxValues: LIMITS.valueJsonValues,
} as const;

/** Caps of a report without its value's JSON: a few texts, and the files as the guest reports them and as they were found. */
export const REPORT_CAPS = { values: 16 + 2 * FILES_VALUES, depth: 4 } as const;

/** Pairs of a type and a text. */
const DISPLAY_CAPS = {
  maxBytes: LIMITS.displayBytes,
  maxDepth: 3,
  maxValues: 4 + 3 * LIMITS.displayMimeTypes,
} as const;

const reportReader = (outputBytes: number): JsonReader =>
  new JsonReader({
    maxBytes: outcomeBudgetBytes(outputBytes),
    maxDepth: REPORT_CAPS.depth,
    maxValues: REPORT_CAPS.values,
    droppable: [VALUE_JSON, REPORTED_FILES],
  });

/** Receives the messages of a run as they arrive. */
export interface RunMessageHandler {
  onOutput(output: RunOutput): void;
  onDisplay(display: RunDisplay): void;
  /** The guest waits for a line of input; a secret one must not be displayed. */
  onInput(question: InputQuestion): void;
  /** A piece of a function call. Absent where the run was given no functions. */
  readonly onCall?: (piece: FunctionQuestion) => void;
  /** The guest waits for the next part of an answer. */
  readonly onCallNextPart?: (call: number) => void;
  /** The guest waits for packages with fonts. Absent where it never plots. */
  onFonts?(question: FontsQuestion): void;
}

/**
 * Collects the messages of a run. Enforces the limits again, since a guest may control the sidecar.
 */
export class RunCollector {
  readonly #stdout = new Utf8Text();
  readonly #stderr = new Utf8Text();
  readonly #report: JsonReader;
  #reportBytes = 0;
  /** Why the report is invalid. */
  #notReadable: JsonError | null = null;
  readonly #outputBytes: number;
  readonly #listener: RunMessageHandler;
  readonly #displays: RunDisplay[] = [];
  /** Parts of the next display that have arrived so far; null before its first one. */
  #display: JsonReader | null = null;
  #displayBytes = 0;
  #displaysBytes = 0;
  #displaysCount = 0;
  #displaysCut = false;
  readonly #calls = new CallBudget();
  #questions = 0;
  #fontQuestions = 0;
  #promptUnits = 0;

  /** @param outputBytes cap of each output stream, in bytes */
  constructor(outputBytes: number, listener: RunMessageHandler) {
    this.#outputBytes = outputBytes;
    this.#listener = listener;
    this.#report = reportReader(outputBytes);
  }

  /** @throws RunProtocolError when a cap is exceeded, ReportError when a display is malformed */
  push(piece: RunPiece): void {
    switch (piece.channel) {
      case 'stdout':
        this.#addOutput(this.#stdout, 'stdout', piece.bytes);
        break;
      case 'stderr':
        this.#addOutput(this.#stderr, 'stderr', piece.bytes);
        break;
      case 'outcome':
        this.#addReport(piece.bytes);
        break;
      case 'display':
        this.#addDisplay(piece.bytes, piece.last);
        break;
      case 'input':
        this.#addQuestion(piece);
        break;
      case 'call':
        this.#calls.add(piece);
        if (this.#listener.onCall === undefined)
          throw new RunProtocolError('it called what it was not given');
        this.#listener.onCall(piece);
        break;
      case 'call-rest':
        this.#calls.addRest();
        this.#listener.onCallNextPart?.(piece.call);
        break;
      case 'fonts':
        if (++this.#fontQuestions > MAX_FONT_QUESTIONS)
          throw new RunProtocolError('it asked for fonts more often than it may');
        this.#listener.onFonts?.(piece);
        break;
    }
  }

  /** Displays so far, in order. */
  get displays(): RunDisplay[] {
    return [...this.#displays];
  }

  /** Whether some display was left out. */
  get displaysCut(): boolean {
    return this.#displaysCut;
  }

  /** Whether a stream had more than its cap, so that its end or its middle is left out. */
  get full(): boolean {
    return [this.#stdout, this.#stderr].some((text) => wasCut(text.text(), text.length, this.#outputBytes));
  }

  get stdout(): string {
    return this.#stdout.text();
  }

  get stderr(): string {
    return this.#stderr.text();
  }

  /** @throws ReportError when the report is malformed */
  outcome(): GuestOutcome {
    const report = GuestReport.safeParse(this.#wholeReport());
    if (!report.success) throw new ReportError('its report has the wrong form');
    const { changed, changedCut, files: said, truncated, ...reported } = report.data;
    // Without a realm the guest's own word is all there is.
    const isShort = changedCut || (changed === undefined && truncated && said?.length === LIMITS.listedFiles);
    const { cut, files, notices } = checkFiles(said, changed, isShort);
    const isCut = truncated || cut;
    return { ...reported, files, truncated: isCut, notices };
  }

  /**
   * The outcome of a run in the sandbox that ended by itself.
   *
   * @throws ReportError, RunProtocolError when the report is malformed
   */
  conclude({ outcome: inline, outputCut }: FinishedRun): GuestOutcome {
    this.push({ channel: 'outcome', bytes: inline });
    const outcome = this.outcome();
    return { ...outcome, truncated: outcome.truncated || outputCut };
  }

  #addQuestion(question: InputQuestion): void {
    this.#questions++;
    this.#promptUnits += question.prompt.length;
    if (this.#questions > MAX_QUESTIONS || this.#promptUnits > MAX_PROMPT_UNITS) {
      throw new RunProtocolError('it asked more than it may');
    }
    this.#listener.onInput(question);
  }

  #addOutput(text: Utf8Text, stream: RunOutput['stream'], bytes: Uint8Array): void {
    // Empty pieces never reach a byte limit, but would queue up for a slow listener.
    if (bytes.byteLength === 0) throw new RunProtocolError('it sent nothing');
    refuseBeyond(this.#outputBytes, text.length + bytes.byteLength);
    text.push(bytes);
    this.#listener.onOutput({ stream, bytes });
  }

  #addReport(bytes: Uint8Array): void {
    this.#reportBytes += bytes.byteLength;
    refuseBeyond(outcomeBudgetBytes(this.#outputBytes), this.#reportBytes);
    if (this.#notReadable !== null) return;
    try {
      this.#report.push(bytes);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#notReadable = error;
    }
  }

  #addDisplay(bytes: Uint8Array, last: boolean): void {
    // Empty parts never reach a byte limit, but would take memory.
    if (bytes.byteLength === 0 && !last) throw new RunProtocolError('it sent an empty part');
    this.#displaysBytes += bytes.byteLength;
    const tooMuch =
      this.#displaysBytes > LIMITS.totalDisplayBytes || this.#displaysCount >= LIMITS.displayCount;
    if (tooMuch) throw new RunProtocolError('it showed more than it may');
    this.#displayBytes += bytes.byteLength;
    refuseBeyond(LIMITS.displayBytes, this.#displayBytes);
    const shown = this.#readDisplay(bytes, last);
    if (shown === null) return;
    this.#display = null;
    this.#displayBytes = 0;
    this.#displaysCut ||= shown.cut;
    const display = { mime: Object.fromEntries(shown.mime) };
    this.#displaysCount += 1;
    if (isClearing(display)) this.#displays.length = 0;
    else this.#displays.push(display);
    this.#listener.onDisplay(display);
  }

  /** Null until it is whole. @throws ReportError when it has the wrong form */
  #readDisplay(bytes: Uint8Array, last: boolean): GuestDisplay | null {
    try {
      this.#display ??= new JsonReader(DISPLAY_CAPS);
      this.#display.push(bytes);
      return last ? GuestDisplay.parse(this.#display.end()) : null;
    } catch {
      throw new ReportError('what it shows has the wrong form');
    }
  }

  #wholeReport(): Json {
    try {
      if (this.#notReadable !== null) throw this.#notReadable;
      return this.#report.end();
    } catch {
      throw new ReportError('its report can not be read');
    }
  }
}

const refuseBeyond = (cap: number, bytes: number): void => {
  if (bytes > cap) throw new RunProtocolError('it sent more than it may');
};
