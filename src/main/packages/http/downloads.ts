import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../../base/system-error.ts';
import { PartialBody } from './partial-body.ts';
import { SourceFailure } from '../sources/source-failure.ts';
import type { Transport, TransportResponse } from './transport.ts';

export interface DownloadLimits {
  /** Longest time for one file, with all attempts, in ms. */
  readonly overallMs: number;
  /** Longest time without a byte, in ms. */
  readonly idleMs: number;
  readonly attempts: number;
  /** Pause before the second attempt, in ms; it doubles with each further one. */
  readonly pauseMs: number;
}

export const DOWNLOAD_LIMITS: DownloadLimits = {
  overallMs: 10 * 60_000,
  idleMs: 20_000,
  attempts: 3,
  pauseMs: 500,
};

/** Credentials, in the form in which they are sent. */
export interface Credentials {
  /** Origin (scheme, host and port) that they are for. */
  readonly origin: string;
  /** Value of the header `authorization`. */
  readonly authorization: string;
}

export interface DownloadOptions {
  readonly maxBytes: number;
  /** Whether a redirect may lead to another host, which then has to be https. */
  readonly otherHosts: boolean;
  readonly signal: AbortSignal;
  readonly accept?: string;
  /** Sent to the server of this address only, wherever redirects lead. */
  readonly credentials?: Credentials | null;
  readonly onProgress?: (bytesDone: number, bytesTotal: number | null) => void;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Downloads files over HTTP, within deadlines and caps. The bytes are not checked against a hash here. */
export class Downloads {
  readonly #transport: Transport;
  readonly #limits: DownloadLimits;

  constructor(transport: Transport, limits: DownloadLimits = DOWNLOAD_LIMITS) {
    this.#transport = transport;
    this.#limits = limits;
  }

  /**
   * Gets one file. A broken transfer is resumed where the server can, otherwise begun anew.
   *
   * @throws SourceFailure; the signal's reason when the caller aborted
   */
  async get(url: string, options: DownloadOptions): Promise<Uint8Array> {
    const overall = AbortSignal.timeout(this.#limits.overallMs);
    const body = new PartialBody(options.maxBytes);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#attempt(url, options, overall, body);
        return await body.bytes();
      } catch (error) {
        options.signal.throwIfAborted();
        if (overall.aborted) {
          throw new SourceFailure('unreachable', `did not deliver within ${seconds(this.#limits.overallMs)}`);
        }
        const failure = asFailure(error);
        if (attempt >= this.#limits.attempts || !isWorthAnother(failure)) throw failure;
      }
      const pause = this.#limits.pauseMs * 2 ** (attempt - 1);
      const stop = AbortSignal.any([options.signal, overall]);
      await delay(pause, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  async #attempt(
    url: string,
    options: DownloadOptions,
    overall: AbortSignal,
    body: PartialBody,
  ): Promise<void> {
    const idle = new IdleTimer(this.#limits.idleMs);
    const signal = AbortSignal.any([options.signal, overall, idle.signal]);
    const headers = {
      // With compressed transfers, lengths and ranges would refer to the compressed bytes.
      'accept-encoding': 'identity',
      ...(options.accept === undefined ? {} : { accept: options.accept }),
      ...body.rangeHeaders(),
    };
    try {
      const response = await this.#follow(url, headers, signal, options);
      try {
        await receive(response, body, idle, signal, options);
      } finally {
        response.discard();
      }
    } catch (error) {
      if (idle.signal.aborted && !options.signal.aborted && !overall.aborted) {
        throw new SourceFailure('unreachable', `sent nothing for ${seconds(this.#limits.idleMs)}`);
      }
      throw error;
    } finally {
      idle.stop();
    }
  }

  async #follow(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    { credentials, otherHosts }: DownloadOptions,
  ): Promise<TransportResponse> {
    let at = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const isTheirs = credentials?.origin === new URL(at).origin;
      const sent = isTheirs ? { ...headers, authorization: credentials.authorization } : headers;
      const response = await abortable(this.#transport({ url: at, headers: sent, signal }), signal);
      if (!REDIRECTS.has(response.status)) return response;
      response.discard();
      at = redirectTarget(at, response.header('location'), otherHosts);
    }
    throw new SourceFailure('refused', `redirected more than ${MAX_REDIRECTS} times`);
  }
}

async function receive(
  response: TransportResponse,
  body: PartialBody,
  idle: IdleTimer,
  signal: AbortSignal,
  { maxBytes, onProgress }: DownloadOptions,
): Promise<void> {
  if (response.status === 416) body.reset();
  checkStatus(response);
  body.begin(response);
  const total = body.total;
  if (total !== null && total > maxBytes) throw tooLarge(maxBytes);
  onProgress?.(body.length, total);
  const chunks = response.body[Symbol.asyncIterator]();
  for (;;) {
    const next: IteratorResult<Uint8Array, unknown> = await abortable(chunks.next(), signal);
    if (next.done === true) break;
    idle.restart();
    if (!body.add(next.value)) throw tooLarge(maxBytes);
    onProgress?.(body.length, total);
  }
  if (total !== null && body.length !== total) {
    throw new SourceFailure('broken', `sent ${body.length} of ${total} bytes`);
  }
}

function checkStatus(response: TransportResponse): void {
  const { status } = response;
  if (status === 404 || status === 410) throw new SourceFailure('absent', `does not have it (${status})`);
  if (status >= 500 || status === 408 || status === 416 || status === 429) {
    throw new SourceFailure('broken', `answered with an error (${status})`);
  }
  if (status === 401 || status === 403 || status === 407) {
    throw new SourceFailure('refused', `does not allow it (${status})`);
  }
  if (status !== 200 && status !== 206) throw new SourceFailure('refused', `answered with ${status}`);
  const encoding = response.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new SourceFailure('broken', 'sent compressed bytes that nobody asked for');
}

function redirectTarget(from: string, location: string | null, otherHosts: boolean): string {
  const here = new URL(from);
  if (location === null || !URL.canParse(location, from)) {
    throw new SourceFailure('refused', 'redirected to nowhere');
  }
  const there = new URL(location, from);
  const isUpgrade = there.protocol === 'https:' || there.protocol === here.protocol;
  if (!isUpgrade || !/^https?:$/u.test(there.protocol)) {
    throw new SourceFailure('refused', 'redirected to an address that is not https');
  }
  if (there.hostname === here.hostname && (there.port === here.port || here.protocol !== there.protocol)) {
    return there.href;
  }
  if (otherHosts && there.protocol === 'https:') return there.href;
  throw new SourceFailure('refused', `redirected to another host (${there.host}), which is not allowed`);
}

function asFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error;
  const code = systemErrorCode(error) ?? systemErrorCode(error instanceof Error ? error.cause : null);
  const shown = code ?? (error instanceof Error ? error.message.slice(0, 200) : 'unknown reason');
  const broke = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
  return broke
    ? new SourceFailure('broken', `broke the connection off (${shown})`, error)
    : new SourceFailure('unreachable', `can not be reached (${shown})`, error);
}

function isWorthAnother(failure: SourceFailure): boolean {
  switch (failure.kind) {
    case 'broken':
    case 'unreachable':
      return true;
    case 'absent':
    case 'refused':
    case 'not-asked':
      return false;
  }
}

/** Rejects when the signal aborts, even if the work ignores it. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const tooLarge = (maxBytes: number): SourceFailure =>
  new SourceFailure('refused', `sends more than ${maxBytes} bytes, which is too much`);

const seconds = (ms: number): string => `${ms / 1000} s`;

/** A signal that aborts unless it is restarted in time. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
