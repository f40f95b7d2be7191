import type { RunDisplay, RunOutput } from '../../shared/contract/sandbox.ts';
import type { RunCalls } from '../functions/run-calls.ts';
import type { FontDialog } from './font-dialog.ts';
import type { InputDialog } from './input-dialog.ts';
import type { OutputRelay } from './output-relay.ts';
import type { RunListener } from './run-collector.ts';

/** Receives the output and the questions of a run. */
export interface RunWatcher {
  readonly onOutput?: (output: RunOutput) => void | Promise<void>;
  readonly onDisplay?: (display: RunDisplay) => void | Promise<void>;
}

/** Passes the messages of a run on in order; a question for input follows everything that was printed before. */
export const relayTo = (
  relay: OutputRelay,
  watcher: RunWatcher,
  input: InputDialog | null,
  calls: RunCalls | null,
  fonts: FontDialog,
): RunListener => ({
  onOutput: (output) => {
    const { onOutput } = watcher;
    if (onOutput !== undefined) relay.push(() => onOutput(output));
  },
  onDisplay: (display) => {
    const { onDisplay } = watcher;
    if (onDisplay !== undefined) relay.push(() => onDisplay(display));
  },
  onInput: (question) => {
    relay.push(() => {
      // Not awaited: a run may end while a person still considers an answer.
      if (input !== null) void input.ask(question);
    });
  },
  onFonts: (question) => void fonts.ask(question),
  ...(calls === null
    ? {}
    : { onCall: (piece) => calls.push(piece), onCallRest: (call) => calls.giveRest(call) }),
});
