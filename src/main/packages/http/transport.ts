/** One request of the package sources, always a GET. */
export interface TransportRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request, also while its body is read. */
  readonly signal: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  header(name: string): string | null;
  /** The body as it comes, not decoded. Ends with an error when the connection breaks. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Drops the body. To be called when it is not read to its end. */
  discard(): void;
}

/**
 * How addresses are reached: through Node, or through Electron, which knows the system's proxies. Does NOT
 * follow redirects: the caller decides where they may lead.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;
