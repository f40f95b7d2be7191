import { shownArguments } from '../foreign-text/shown-arguments.ts';
import type { ProposedCall } from '../functions/host-function.ts';

/** In UTF-16 units: what a client's form has room for. */
const SHOWN_LENGTH = 2000;

/** Arguments of a call for the user, who decides on them; null when there are too many to be shown. */
export const argumentsIn = ({ arguments: values }: Pick<ProposedCall, 'arguments'>): string | null =>
  shownArguments(values, SHOWN_LENGTH);
