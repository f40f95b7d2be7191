/** The sandbox could not be set up; the message says why. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
