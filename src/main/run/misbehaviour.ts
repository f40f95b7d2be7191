/** The sidecar exceeded a limit. */
export class MisbehaviourError extends Error {
  override readonly name = 'MisbehaviourError';
}
