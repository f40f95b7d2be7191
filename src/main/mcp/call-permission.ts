import type { ConfirmCall } from '../functions/host-function.ts';
import { argumentsIn } from './asked-arguments.ts';
import type { RunUnderWay } from './run-under-way.ts';

const NOBODY = {
  deny: 'it is to be asked for, and this client can ask nobody; the user can allow it in the file of --connect',
} as const;

const TOO_MANY = { deny: 'it is to be asked for, and it has too many arguments to be shown' } as const;

/** Asks the client's user whether a script may make a call. What was allowed for the script is not asked again. */
export const permissionToCall = (run: RunUnderWay): ConfirmCall => {
  const allowed = new Set<string>();
  return async ({ arguments: values, name, signal }) => {
    if (allowed.has(name)) return true;
    if (!run.canAsk) return NOBODY;
    if (argumentsIn({ arguments: values }) === null) return TOO_MANY;
    const reply = await run.ask({ kind: 'call', call: { name, arguments: values } }, signal);
    if (reply?.kind !== 'call') return false;
    switch (reply.permission) {
      case 'no':
        return { deny: 'the user said no' };
      case 'script':
        allowed.add(name);
        return true;
      case 'once':
        return true;
    }
  };
};
