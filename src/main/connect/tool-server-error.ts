/** What went wrong with a server. The message is for whoever wrote the code that called, and fit to print. */
export class ToolServerError extends Error {
  override readonly name = 'ToolServerError';
}
