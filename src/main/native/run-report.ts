/** What a run in a native process leaves behind: output, what it showed, its outcome. */
import { LIMITS } from '../../shared/limits.ts';
import { outcomeBudgetBytes, type RunEnd, type RunPiece } from '../../shared/protocol/interpreter.ts';
import { inPieces } from '../foreign-text/yielder.ts';
import type { CappedOutput } from './capped-output.ts';
import type { NativeExit } from './native-process.ts';
import type { RunFolder } from './run-folder.ts';

/** Each display has a line end. */
const MAX_DISPLAY_FILE_BYTES = LIMITS.totalDisplayBytes + LIMITS.displayCount;

/** Passes on what was printed last, and what was shown. */
export const passRest = async (folder: RunFolder, output: CappedOutput): Promise<void> => {
  await output.end();
  await output.show(await folder.displays(MAX_DISPLAY_FILE_BYTES));
};

/** Passes the outcome on; null when there is none to be had. */
export const passOutcome = async (
  folder: RunFolder,
  output: CappedOutput,
  onPiece: (piece: RunPiece) => void,
): Promise<RunEnd | null> => {
  const report = await folder.outcome(outcomeBudgetBytes(output.maxBytes));
  if (report === null) return null;
  await inPieces(report, (bytes) => onPiece({ channel: 'outcome', bytes }));
  return { kind: 'finished', outputCut: output.cut, outcome: new Uint8Array() };
};

export const deathOf = async (folder: RunFolder, exit: NativeExit): Promise<RunEnd> => ({
  kind: 'died',
  cause: 'exited',
  detail: describeExit(exit),
  stack: await folder.faults(),
});

const describeExit = ({ code, signal }: NativeExit): string => {
  if (signal === 'SIGKILL') return 'signal SIGKILL, perhaps because the computer had no memory left';
  return signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`;
};
