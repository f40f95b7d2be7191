import type { TextTail } from '../base/text-tail.ts';
import type { NativeExit } from './native-process.ts';

/** Enough of stderr for the last line that an interpreter prints before it gives up, in UTF-16 units. */
export const STDERR_TAIL_UNITS = 4096;

/** Python could not be started, or ended before the code began. */
export class NotBegunError extends Error {
  override readonly name = 'NotBegunError';
}

export const notBegun = ({ code, signal }: NativeExit, stderrTail: TextTail): NotBegunError => {
  const end = signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
  const detail = `Python ended before the code began, ${end}`;
  const words = stderrTail.text.slice(stderrTail.text.lastIndexOf('\n') + 1);
  return new NotBegunError(words === '' ? detail : `${detail}: ${words}`);
};
