import type { ConfirmCall, ProposedCall } from '../../functions/host-function.ts';
import { oneLine } from '../../foreign-text/printable.ts';
import type { CommandOutput } from './stdio.ts';

/** Of the arguments of a call, in UTF-16 units: what a person reads before deciding. */
const SHOWN_LENGTH = 4000;
/** Of it, the part at the end. */
const TAIL_LENGTH = 1000;

export interface CallQuestions {
  readonly out: Pick<CommandOutput, 'notice' | 'endGuest'>;
  /** The next line that is typed from now on; null when there is none. */
  readonly line: (signal: AbortSignal) => Promise<string | null>;
  /** Why nobody can be asked; null where somebody can. */
  readonly nobody: string | null;
}

/** Asks at the terminal whether a script may make a call. What was allowed for the run is not asked again. */
export function confirmAtTerminal({ line, nobody, out }: CallQuestions): ConfirmCall {
  const allowed = new Set<string>();
  return async ({ arguments: values, name, signal }) => {
    if (allowed.has(name)) return true;
    if (nobody !== null) return { deny: nobody };
    await out.endGuest();
    await out.notice(`the script wants to call ${name} with ${shown(values)}`);
    await out.notice(`allow it? y: this call, a: all calls of ${name} in this run, anything else: no`);
    const said = (await line(signal))?.trim().toLowerCase();
    if (said === 'a') allowed.add(name);
    return said === 'y' || said === 'a' || { deny: 'the user said no' };
  };
}

/** In one line of JSON, with nothing in it that would not be seen. */
function shown(values: ProposedCall['arguments']): string {
  const text = JSON.stringify(values);
  if (text.length <= SHOWN_LENGTH) return printable(text);
  const left = text.length - SHOWN_LENGTH;
  const head = printable(text.slice(0, SHOWN_LENGTH - TAIL_LENGTH));
  return `${head} [… ${left} characters left out …] ${printable(text.slice(-TAIL_LENGTH))}`;
}

/** `oneLine` cuts what is long. */
function printable(text: string): string {
  return (text.match(/[^]{1,500}/gu) ?? []).map(oneLine).join('');
}
