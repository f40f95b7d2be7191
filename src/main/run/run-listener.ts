import type { RunDisplay, RunOutput } from '../../shared/contract/run.ts';
import type { RunCalls } from '../functions/run-calls.ts';
import type { FontRequestHandler } from './font-request-handler.ts';
import type { InputRequestHandler } from './input-request-handler.ts';
import type { OutputRelay } from './output-relay.ts';
import type { RunMessageHandler } from './run-collector.ts';

/** Receives the output and the questions of a run. */
export interface RunListener {
  readonly onOutput?: ((output: RunOutput) => void | Promise<void>) | undefined;
  readonly onDisplay?: ((display: RunDisplay) => void | Promise<void>) | undefined;
}

/** Passes the messages of a run on in order; a question for input follows everything that was printed before. */
export const relayTo = (
  relay: OutputRelay,
  listener: RunListener,
  input: InputRequestHandler | null,
  calls: RunCalls | null,
  fonts: FontRequestHandler,
): RunMessageHandler => ({
  onOutput: (output) => {
    const { onOutput } = listener;
    if (onOutput !== undefined) relay.push(() => onOutput(output));
  },
  onDisplay: (display) => {
    const { onDisplay } = listener;
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
    : { onCall: (piece) => calls.push(piece), onCallNextPart: (call) => calls.sendNextPart(call) }),
});
