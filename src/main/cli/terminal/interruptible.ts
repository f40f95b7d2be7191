import type { CliIo } from '../dependencies.ts';
import { EXIT_CODES } from '../output/exit-codes.ts';
import { Interrupts } from './interrupts.ts';
import { CommandOutput, outputExitCode } from './stdio.ts';
import { aborted } from './waiting.ts';

/** A command that Ctrl-C stops. */
export interface InterruptibleCommand {
  /** @param stop aborted by an interrupt, and when the reader of the output is gone @returns the exit code */
  readonly perform: (out: CommandOutput, stop: AbortSignal) => Promise<number>;
  /** The user does not wait for `perform` any more. */
  readonly leave?: () => Promise<unknown>;
}

/** Returns the exit code once everything is printed, or at the second interrupt. */
export async function runInterruptible(io: CliIo, { perform, leave }: InterruptibleCommand): Promise<number> {
  const interrupts = new Interrupts((listener) => io.onInterrupt(listener));
  const outputFailed = new AbortController();
  const out = new CommandOutput(io, () => {
    outputFailed.abort();
  });
  const work = async (): Promise<number> => {
    const code = await perform(out, AbortSignal.any([interrupts.cancel, outputFailed.signal]));
    await out.flush();
    return interrupts.cancel.aborted ? code : ((await outputExitCode(out)) ?? code);
  };
  const leaveNow = async (): Promise<number> => {
    await aborted(interrupts.force);
    out.close();
    await leave?.();
    return EXIT_CODES.cancelled;
  };
  try {
    return await Promise.race([work(), leaveNow()]);
  } finally {
    interrupts.dispose();
  }
}
