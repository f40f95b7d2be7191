import type { RunResult } from '../../shared/contract/run.ts';
import { errorText } from '../run/error-text.ts';
import { readableForm } from '../run/readable-form.ts';
import { ModelForms } from './model-picture.ts';
import { withinBudget } from './text-budget.ts';
import type { RunOutput } from './tool-schemas.ts';

/** All text of an answer, in bytes as JSON: far below the 25,000 tokens that clients take, whatever the text is. */
export const ANSWER_BYTES = 24_000;
/** Of its parts. */
const TEXT_BYTES = {
  value: 6000,
  stdout: 8000,
  stderr: 2500,
  output: 4000,
  error: 4000,
  notice: 300,
} as const;
const SHOWN_FILES = 20;
const SHOWN_OUTPUTS = 50;
const SHOWN_NOTICES = 5;
const SHOWN_PACKAGES = 40;
const SHOWN_NAME_BYTES = 120;

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'resource_link';
      readonly uri: string;
      readonly name: string;
      readonly mimeType?: string;
      readonly size?: number;
    };

export interface RunAnswer {
  readonly content: ContentBlock[];
  readonly structuredContent: RunOutput;
  readonly isError: boolean;
}

/** An output that was not shown itself. */
export interface KeptOutput {
  readonly mime: string;
  readonly data: string;
}

export interface RunAnswerOptions {
  /** The address of a file. */
  readonly file: (name: string) => string;
  /** Takes an output that is only linked to, and returns its address. */
  readonly keep: (output: KeptOutput) => string;
  /** Whether the caller does not know the session's handle yet. */
  readonly isNew: boolean;
}

/** Of a session that began with this call: many clients show their model the content alone. */
export const handleNote = (session: string): string =>
  `[session ${session}: pass it on to go on with its variables and files]`;

const LOST = '[What the session had before this is lost: its variables and files.]';

/** What the client gets of a result, each thing once and all within its budget; but for the handle of a new session. */
export const runAnswer = (session: string, result: RunResult, options: RunAnswerOptions): RunAnswer => {
  const { error, files, status, stderr, stdout, timing, value } = result;
  let isCut = result.truncated;
  const within = (text: string, bytes: number): string => {
    const cut = withinBudget(text, bytes);
    isCut ||= cut.cut;
    return cut.text;
  };
  const firstOf = <T>(things: readonly T[], count: number): readonly T[] => {
    isCut ||= things.length > count;
    return things.slice(0, count);
  };
  // What a name of a guest's costs is capped like all else.
  const shown = files.slice(0, SHOWN_FILES).filter(({ name }) => !withinBudget(name, SHOWN_NAME_BYTES).cut);
  const hidden = files.length - shown.length;
  const blocks: ContentBlock[] = [];
  const texts: string[] = [];
  const forms = new ModelForms();
  for (const { mime } of firstOf(result.outputs, SHOWN_OUTPUTS)) {
    const sent = forms.of(mime);
    if (sent?.kind === 'showable') {
      blocks.push({ type: 'image', data: sent.data, mimeType: sent.type });
      continue;
    }
    const form = sent?.kind === 'picture' ? null : readableForm(mime);
    // The value of the last expression is told already.
    const isTold = form !== null && form.text === value?.text;
    if (form !== null && !isTold) texts.push(within(form.text, TEXT_BYTES.output));
    if (sent === null || (sent.type === form?.mime && !withinBudget(form.text, TEXT_BYTES.output).cut))
      continue;
    const { data, type } = sent;
    const uri = options.keep({ mime: type, data });
    blocks.push({ type: 'resource_link', uri, name: uri.slice(uri.lastIndexOf('/') + 1), mimeType: type });
  }
  const failure = within(errorText(result), TEXT_BYTES.error);
  // What stands in the way is told by error and notice alike.
  const notices = result.notices.filter(({ message }) => !failure.includes(message));
  const parts = [
    within(stdout.trimEnd(), TEXT_BYTES.stdout),
    ...texts,
    stderr.trimEnd() === '' ? '' : `[stderr]\n${within(stderr.trimEnd(), TEXT_BYTES.stderr)}`,
    value === null ? '' : within(value.text, TEXT_BYTES.value),
    // After what may be much: of a text that is cut, its end is kept.
    error === null ? '' : `[${status}]\n${failure}`,
    result.session.state === 'lost' ? LOST : '',
    ...firstOf(notices, SHOWN_NOTICES).map(({ message }) => `[${within(message, TEXT_BYTES.notice)}]`),
    leftOut('notices', notices.length, SHOWN_NOTICES),
    leftOut('packages', result.packages.length, SHOWN_PACKAGES),
    leftOut('outputs', result.outputs.length, SHOWN_OUTPUTS),
    hidden > 0 ? `[${hidden} ${shown.length === 0 ? 'files' : 'more files'}: see list_files]` : '',
  ].filter((part) => part !== '');
  for (const { name, size, mime } of shown) {
    blocks.push({ type: 'resource_link', uri: options.file(name), name, mimeType: mime, size });
  }
  if (options.isNew) blocks.push({ type: 'text', text: handleNote(session) });
  const packages = firstOf(result.packages, SHOWN_PACKAGES);
  const text = parts.length === 0 ? nothingToSee(result) : parts.join('\n');
  return {
    content: [{ type: 'text', text: within(text, ANSWER_BYTES) }, ...blocks],
    structuredContent: {
      session,
      status,
      state: result.session.state,
      truncated: isCut,
      error_type: error === null ? null : error.type.slice(0, 200),
      error_line: error?.line ?? null,
      packages: [...packages],
      milliseconds: Math.round(timing.startMs + timing.packagesMs + timing.runMs),
    },
    isError: status !== 'ok',
  };
};

/** What a session printed as it ended; '' when that is nothing. */
export const printedAtEnd = ({ stderr, stdout }: RunResult): string =>
  [
    ['stdout', stdout],
    ['stderr', stderr],
  ]
    .filter(([, text]) => text !== '')
    .map(([stream, text = '']) => `\n[${stream} at its end]\n${withinBudget(text.trimEnd(), 2500).text}`)
    .join('');

/** Of a run that has no text to show. */
const nothingToSee = ({ stderr, stdout, value }: RunResult): string => {
  if (value !== null) return '[The code ran, and its value is an empty text.]';
  const printed = `${stdout}${stderr}` === '' ? 'nothing' : 'blank lines only';
  return `[The code ran, and printed ${printed}.]`;
};

/** A word about what can't be had any more; '' when that is nothing. */
const leftOut = (what: string, count: number, shown: number): string =>
  count > shown ? `[${count - shown} of ${count} ${what} left out]` : '';

/** Of a run that goes on. @param step what it does at the moment */
export const underWay = (session: string, step: string): RunAnswer => ({
  content: [
    {
      type: 'text',
      text: `[Not done yet: ${step}. It goes on; call run_python_code again with all that this call was given, and the session ${session}, for the result.]`,
    },
  ],
  structuredContent: {
    session,
    status: 'under-way',
    state: 'kept',
    truncated: false,
    error_type: null,
    error_line: null,
    packages: [],
    milliseconds: 0,
  },
  isError: false,
});
