/** What can go wrong with a call, beside what becomes of a run. The codes are stable: docs/mcp.md lists them. */
export const TOOL_ERROR_CODES = [
  /** An argument that can't be: a file's name, an address, an answer of the user that nothing waits for. */
  'invalid-argument',
  /** There is no session of that handle. */
  'unknown-session',
  /** Another script of the session is under way. */
  'session-busy',
  /** The process that ran Python is gone, and the session's state with it. */
  'session-lost',
  /** A file that is not there, or can't be read. */
  'file-unavailable',
  /** A file that could not be put into the session. */
  'file-not-written',
  /** A path of the user's computer that is not open to this server. */
  'path-refused',
  'too-large',
  /** An output that an answer has linked to is not kept any more. */
  'output-gone',
  'cancelled',
  /** Any other failure; the message says what is known of it. */
  'internal',
] as const;
export type ToolErrorCode = (typeof TOOL_ERROR_CODES)[number];

/** The message is for the client: it says what was wrong and what to do. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly code: ToolErrorCode;
  /** Where the call is answered by an error of JSON-RPC, as that of a resource is: its `data`. */
  readonly data: { readonly code: ToolErrorCode };

  constructor(code: ToolErrorCode, message: string) {
    super(message);
    this.code = code;
    this.data = { code };
  }
}
