import type { ConfirmCall } from '../../functions/host-function.ts';
import { shownArguments } from '../../foreign-text/shown-arguments.ts';
import type { CommandOutput } from './stdio.ts';

/** Of the arguments of a call, in UTF-16 units: what a person reads before deciding. */
const SHOWN_LENGTH = 4000;

export interface CallQuestions {
  readonly out: Pick<CommandOutput, 'notice' | 'endGuest'>;
  /** Takes no notice of what was typed so far. */
  readonly forget: (signal: AbortSignal) => Promise<void>;
  /** The next line; null when there is none. */
  readonly line: (signal: AbortSignal) => Promise<string | null>;
  /** Why nobody can be asked; null where somebody can. */
  readonly nobody: string | null;
}

/** Asks at the terminal whether a script may make a call. What was allowed for the run is not asked again. */
export function confirmAtTerminal({ forget, line, nobody, out }: CallQuestions): ConfirmCall {
  const allowed = new Set<string>();
  return async ({ arguments: values, name, signal }) => {
    if (allowed.has(name)) return true;
    if (nobody !== null) return { deny: nobody };
    const shown = shownArguments(values, SHOWN_LENGTH);
    if (shown === null) return { deny: 'it is to be asked for, and it has too many arguments to be shown' };
    await out.endGuest();
    // A script may have asked for a "y" of its own.
    await forget(signal);
    await out.notice(`the script wants to call ${name} with ${shown}`);
    await out.notice(`allow it? y: this call, a: all calls of ${name} in this run, anything else: no`);
    const said = (await line(signal))?.trim().toLowerCase();
    if (said === 'a') allowed.add(name);
    return said === 'y' || said === 'a' || { deny: 'the user said no' };
  };
}
