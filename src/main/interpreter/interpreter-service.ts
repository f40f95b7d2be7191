/** Python for apps that know only "run this text": two functions, whose answers are values and never rejections. */
import { isJsonObject } from '../../shared/json-data.ts';
import type { RunRequest, RunResult } from '../../shared/contract/run.ts';
import { messageOf } from '../base/system-error.ts';
import { Yielder } from '../foreign-text/yielder.ts';
import { errorText } from '../run/error-text.ts';

/** What is used of a result. */
type RunOutcome = Pick<RunResult, 'error' | 'status' | 'stdout' | 'value'>;

export type Run = (request: RunRequest) => Promise<RunOutcome>;

export interface InterpreterError {
  /** The traceback, or what else became of the run, for a person or a model to read. */
  readonly error: string;
}
export type PythonAnswer = { readonly result: string[] } | InterpreterError;
export type PyodideAnswer = { readonly result: string } | InterpreterError;

export interface InterpreterConfig {
  /** Runs in the sandbox. */
  readonly runEmbedded: Run;
  /** Runs in the user's own Python. */
  readonly runNative: Run;
}

/** Made of a text before others have their turn. */
const LINES_AT_ONCE = 4096;

export class InterpreterService {
  readonly #config: InterpreterConfig;

  constructor(config: InterpreterConfig) {
    this.#config = config;
  }

  /** In the user's own Python: the lines it printed, and then those of the last expression's value. */
  async python(code: unknown): Promise<PythonAnswer> {
    const run = await attempt(this.#config.runNative, code);
    if ('error' in run) return run;
    const { stdout, value } = run.result;
    const lines = stdout === '' ? [] : await linesOf(withoutLineEnd(stdout));
    return { result: value === null ? lines : lines.concat(await linesOf(value.text)) };
  }

  /**
   * In the sandbox: the last expression's value (lists and dicts as JSON indented by two spaces, everything
   * else as its `str`) or, when there is none, what was printed.
   */
  async pyodide(code: unknown): Promise<PyodideAnswer> {
    const run = await attempt(this.#config.runEmbedded, code);
    if ('error' in run) return run;
    const { stdout, value } = run.result;
    if (value === null) return { result: stdout };
    const isObject = Array.isArray(value.json) || isJsonObject(value.json);
    return { result: isObject ? JSON.stringify(value.json, null, 2) : value.text };
  }
}

const linesOf = async (text: string): Promise<string[]> => {
  const yielder = new Yielder();
  const lines: string[] = [];
  let start = 0;
  for (let end; (end = text.indexOf('\n', start)) !== -1; start = end + 1) {
    lines.push(text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end));
    if (lines.length % LINES_AT_ONCE === 0) await yielder.pause();
  }
  lines.push(text.slice(start));
  return lines;
};

const withoutLineEnd = (text: string): string => {
  if (!text.endsWith('\n')) return text;
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
};

const attempt = async (run: Run, code: unknown): Promise<{ result: RunOutcome } | InterpreterError> => {
  if (typeof code !== 'string') return { error: 'there is no code to run; give it as text' };
  try {
    const result = await run({ code });
    return result.status === 'ok' ? { result } : { error: failureText(result) };
  } catch (error) {
    return { error: messageOf(error) };
  }
};

const failureText = (outcome: RunOutcome): string => errorText(outcome) || outcome.status;
