import type { DoctorReport } from '../../../shared/contract/doctor.ts';
import { DEFAULTS, LIMITS } from '../../../shared/limits.ts';
import { reachedCap, tellsOfFilesCut } from '../../../shared/output-cap.ts';
import { traitsOf } from '../../../shared/runtimes.ts';
import { PACKAGES_MISSING, type RunError, type RunResult } from '../../../shared/contract/run.ts';
import type { SandboxOptions } from '../dependencies.ts';
import type { RunArguments } from '../commands/prepare-run.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import type { CommandOutput } from '../terminal/stdio.ts';
import type { DisplayPrinter } from './display-printer.ts';

/** The limits that were in force, for messages about them. */
export interface RunLimits extends SandboxOptions {
  /** In ms. */
  readonly timeoutMs: number;
}

/** Prints the one JSON line of `--json`. */
export async function reportJson(result: RunResult | DoctorReport, out: CommandOutput): Promise<void> {
  // JSON.stringify leaves DEL and the C1 controls alone, which a terminal would obey.
  const json = JSON.stringify(result).replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  await out.stdout.writeTrusted(`${json}\n`);
}

/** Prints what a person wants to see after the script's own output: the value, or what went wrong. */
export async function reportText(
  result: RunResult,
  limits: RunLimits,
  session: RunArguments['session'],
  out: CommandOutput,
  displays: DisplayPrinter,
): Promise<void> {
  await displays.end(result.value);
  if (result.error !== null && (result.status === 'error' || result.error.traceback !== '')) {
    await reportPythonError(result.error, out);
  }
  await out.endGuest();
  const failure = failureMessageOf(result, limits);
  if (failure !== null) {
    const kept = session === undefined ? '' : `, session "${oneLine(session)}" ${result.session.state}`;
    await out.notice(`${failure.what}${kept}; ${failure.advice}`);
  }
  // What is absent is said in the error.
  const notices = result.notices.filter(({ code }) => code !== 'absent');
  for (const { message } of notices) await out.notice(oneLine(message));
  if (!result.truncated) return;
  const isFull = reachedCap([result.stdout, result.stderr, result.value?.text ?? ''], limits.outputKiB);
  // Where a notice says what was left out, it may be all that was.
  if (tellsOfFilesCut(notices) && !isFull) return;
  await out.notice(
    result.outputs.length > 0 && !isFull
      ? 'too much was shown with display() or plots, and a part was left out; show less'
      : `the output was cut at ${limits.outputKiB} KiB per stream: its beginning and end are kept; print less`,
  );
}

/** Pictures can't be printed. */
export async function reportImages(count: number, out: CommandOutput): Promise<void> {
  if (count === 0) return;
  const what = count === 1 ? '1 plot was made' : `${count} plots were made`;
  await out.notice(`${what}; write ${count === 1 ? 'it' : 'them'} to a folder with --out DIR`);
}

async function reportPythonError(error: RunError, out: CommandOutput): Promise<void> {
  const text = error.type === 'SystemExit' ? systemExitText(error) : tracebackText(error);
  if (text === '') return;
  const gap = out.stderr.atLineStart ? '' : '\n';
  await out.stderr.writeGuestText(gap + (text.endsWith('\n') ? text : `${text}\n`));
}

function tracebackText(error: RunError): string {
  return error.traceback === '' ? `${error.type}: ${error.message}` : error.traceback;
}

/**
 * `sys.exit("text")` prints its text, as CPython does. CPython prints nothing for `sys.exit(3)` since the
 * exit code tells it; ours is always 1, so it is said.
 */
function systemExitText(error: RunError): string {
  return /^-?\d+$/u.test(error.message)
    ? `vivarium: the script exited with code ${error.message}`
    : error.message;
}

interface FailureMessage {
  readonly what: string;
  readonly advice: string;
}

/** What the sandbox itself has to say; null when the script ended by itself. */
function failureMessageOf(result: RunResult, limits: RunLimits): FailureMessage | null {
  switch (result.status) {
    case 'ok':
    case 'error':
      return null;
    case 'timeout':
      return {
        what: `stopped after ${limits.timeoutMs / 1000} s (time limit)`,
        advice:
          limits.timeoutMs < LIMITS.timeoutMs.max
            ? 'raise it with --timeout'
            : 'split the work into several runs',
      };
    case 'cancelled':
      return { what: 'cancelled', advice: 'run it again to start over' };
    case 'out-of-memory':
      if (!traitsOf(result.runtime).limitsMemory)
        return { what: 'out of memory', advice: 'work on less data at a time' };
      return {
        what: `out of memory (limit ${limits.memoryMiB} MiB)`,
        advice:
          limits.memoryMiB < LIMITS.memoryMiB.max ? 'raise it with --memory' : 'work on less data at a time',
      };
    case 'crashed':
      return {
        what: `${nameOf(result)} crashed${because(result.error)}`,
        advice: traitsOf(result.runtime).sandboxed
          ? 'nothing else was affected; run it again'
          : 'look at the script',
      };
    case 'setup-failed':
      if (result.error?.type === PACKAGES_MISSING) return packagesMissing(result.error.message);
      return {
        what: `${nameOf(result)} could not start${because(result.error)}`,
        advice: 'mend that and run it again',
      };
  }
}

/** What is said of packages ends with what to do. */
function packagesMissing(message: string): FailureMessage {
  const text = oneLine(message);
  const [, reason, advice] = /^(.+); ([^;]+)$/u.exec(text) ?? [];
  return {
    what: `the script was not run, as a package is missing: ${reason ?? text}`,
    advice: advice ?? 'name another package, or another version of it',
  };
}

function nameOf({ runtime }: RunResult): string {
  return traitsOf(runtime).sandboxed ? 'the sandbox' : 'Python';
}

function because(error: RunError | null): string {
  return error === null || error.message === '' ? '' : ` (${oneLine(error.message)})`;
}

/** Limits in force for a request. */
export function limitsOf(timeoutMs: number | undefined, sandbox: SandboxOptions): RunLimits {
  return { ...sandbox, timeoutMs: timeoutMs ?? DEFAULTS.timeoutMs };
}
