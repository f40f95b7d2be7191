import { failed, type CallAnswer } from './call-answer.ts';
import type { ConfirmCall, ConfirmPolicy, ProposedCall } from './host-function.ts';

const DENIED = 'the call was denied';

/**
 * Lets a call through, with null, or answers it.
 *
 * @param confirm asks a person; undefined where there is none to ask
 */
export const decideOn = async (
  call: ProposedCall,
  policy: ConfirmPolicy,
  confirm: ConfirmCall | undefined,
): Promise<CallAnswer | null> => {
  try {
    // Policies come from code that no compiler may have checked: an unknown one denies the call.
    const decision: unknown = typeof policy === 'function' ? await policy(call) : policy;
    if (decision === 'allow') return null;
    if (decision !== 'ask') return denied(decision);
    if (confirm === undefined) return failed('denied', 'it is to be asked for, and nobody can be asked');
    const said: unknown = await confirm(call);
    return said === true ? null : denied(said);
  } catch {
    // Errors of the policy are the app's own and are not passed to the guest; they deny the call.
    return failed('denied', 'the app could not decide on the call');
  }
};

const denied = (decision: unknown): CallAnswer => {
  const why =
    typeof decision === 'object' && decision !== null && 'deny' in decision ? decision.deny : undefined;
  return failed('denied', typeof why === 'string' && why !== '' ? `${DENIED}: ${why}` : DENIED);
};
