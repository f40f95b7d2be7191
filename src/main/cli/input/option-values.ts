import { LIMITS } from '../../../shared/limits.ts';
import { PythonRuntime, RUNTIME_NAMES } from '../../../shared/runtimes.ts';
import { SessionName } from '../../../shared/contract/run.ts';
import { quote } from '../../foreign-text/printable.ts';
import { UsageError } from '../usage-error.ts';
import { MS_PER_SECOND } from '../../../shared/units.ts';

/** Reads `--timeout`, given in seconds; returns ms. */
export function parseTimeout(text: string): number {
  const { min, max } = LIMITS.timeoutMs;
  // Number() alone would also take "", "0x10", "1e9" and " 5 ".
  const ms = /^(?:\d+(?:\.\d*)?|\.\d+)$/u.test(text) ? Number(text) * MS_PER_SECOND : NaN;
  if (!(ms >= min && ms <= max)) {
    throw new UsageError(
      `--timeout ${quote(text)} is not a usable time limit; ` +
        `give seconds from ${min / MS_PER_SECOND} to ${max / MS_PER_SECOND}, such as 30 or 0.5`,
    );
  }
  return Math.round(ms);
}

/** Reads `--memory`, given in MiB. */
export function parseMemory(text: string): number {
  const { min, max } = LIMITS.memoryMiB;
  const mebibytes = /^\d+$/u.test(text) ? Number(text) : NaN;
  if (!(mebibytes >= min && mebibytes <= max)) {
    throw new UsageError(
      `--memory ${quote(text)} is not a usable memory limit; give whole MiB from ${min} to ${max}, such as 512`,
    );
  }
  return mebibytes;
}

/** Reads `--runtime`. */
export function parseRuntime(text: string): PythonRuntime {
  const parsed = PythonRuntime.safeParse(text);
  if (!parsed.success) {
    throw new UsageError(`--runtime ${quote(text)} is not a runtime; give ${RUNTIME_NAMES.join(' or ')}`);
  }
  return parsed.data;
}

/** Reads `--session`. */
export function parseSession(text: string): string {
  const parsed = SessionName.safeParse(text);
  if (!parsed.success) {
    throw new UsageError(
      `--session ${quote(text)} is not a usable session name; ` +
        `use 1 to ${LIMITS.sessionNameLength} letters, digits, ".", "_" or "-"`,
    );
  }
  return parsed.data;
}
