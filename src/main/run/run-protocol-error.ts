/** The sidecar exceeded a limit. */
export class RunProtocolError extends Error {
  override readonly name = 'RunProtocolError';
}
