import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { systemClock } from '../base/clock.ts';
import type { Json } from '../foreign-text/json-reader.ts';
import { CallRateLimiter } from '../functions/call-rate-limiter.ts';
import {
  MAX_MESSAGE_BYTES,
  MAX_RESULT_DEPTH,
  MAX_RESULT_VALUES,
  MessageReader,
  MessageTooLong,
} from './message-reader.ts';
import type { ServerProcess } from './server-process.ts';
import { isFields } from './tool-result.ts';
import { ToolServerError } from './tool-server-error.ts';

/** What a server has been sent and does not read, at most: in bytes, and in messages. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const MAX_UNREAD_MESSAGES = 1000;
/**
 * Messages that nothing of ours has asked for (logs, progress, requests), in each second; and how late they may be, in ms:
 * servers say much at once when they begin, or while they work, and then nothing for long.
 */
const UNASKED_PER_SECOND = 50;
const MAX_BEHIND_MS = 19_000;
/** Longest id of a server's request, in UTF-16 units. */
const MAX_ID = 256;
/** Of what says the kind of a result, in UTF-16 units. */
const MAX_RESULT_TYPE = 64;
/** JSON-RPC's "internal error". */
const INTERNAL_ERROR = -32_603;

type Id = string | number;
type Fields = Readonly<Record<string, Json>>;

/** Where a result of any size is put in the one that the SDK gets. */
export const RESULT_FIELD = 'vivarium/result';
/** Where is said why there is none. */
export const PROBLEM_FIELD = 'vivarium/problem';
/** Requests that the SDK makes by itself, and whose results it needs. Of the others it gets no more than the frame. */
const HANDSHAKE: ReadonlySet<string> = new Set(['initialize', 'server/discover']);
/** Of a result of the handshake, as JSON in UTF-16 units, without instructions to a model, which are not used. */
const MAX_HANDSHAKE_LENGTH = 32_000;

/**
 * Messages over a server's stdin and stdout, for the SDK's client: what the server says is let through only where it answers
 * what was asked, and is a ping. The SDK checks every item of a result, and describes all that is wrong with any, which takes
 * seconds for a hostile one; so the result is passed by it in `RESULT_FIELD`.
 */
export class ServerTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  /** Methods of the requests that are not answered yet. */
  readonly #asked = new Map<Id, string>();
  readonly #process: ServerProcess;
  readonly #name: string;
  readonly #onFault: (fault: ToolServerError) => void;
  readonly #unasked = new CallRateLimiter(systemClock, UNASKED_PER_SECOND);
  #unreadMessages = 0;

  /**
   * @param name of the server, fit to print
   * @param onFault told why the server is being ended
   */
  constructor(process: ServerProcess, name: string, onFault: (fault: ToolServerError) => void) {
    this.#process = process;
    this.#name = name;
    this.#onFault = onFault;
  }

  /** With `stderr`, this is how the SDK knows that messages go over pipes. */
  get pid(): number | null {
    return this.#process.pid;
  }

  get stderr(): unknown {
    return this.#process.stderr;
  }

  async start(): Promise<void> {
    void this.#process.ended.then(() => this.onclose?.());
    await this.#process.started;
    void this.#read();
  }

  /** @throws ToolServerError when the server does not read fast enough, or not at all */
  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#process;
    const line = `${JSON.stringify(message)}\n`;
    const isFull =
      stdin === null ||
      !stdin.writable ||
      stdin.writableLength + line.length > MAX_UNREAD_BYTES ||
      this.#unreadMessages >= MAX_UNREAD_MESSAGES;
    if (isFull) throw new ToolServerError(`the server ${this.#name} does not read what it is sent`);
    this.#note(message);
    this.#unreadMessages += 1;
    stdin.write(line, () => {
      this.#unreadMessages -= 1;
    });
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#process.end();
  }

  #note(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) this.#asked.set(message.id, message.method);
    else if (message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      if (typeof id === 'number' || typeof id === 'string') this.#asked.delete(id);
    }
  }

  async #read(): Promise<void> {
    const reader = new MessageReader((line) => this.#take(line));
    try {
      for await (const chunk of this.#process.stdout ?? []) await reader.push(chunk as Buffer);
    } catch (error) {
      if (error instanceof ToolServerError) this.#onFault(error);
      else if (error instanceof MessageTooLong) {
        this.#onFault(
          new ToolServerError(
            `what the server ${this.#name} said is larger than ${MAX_MESSAGE_BYTES} bytes; it was ended`,
          ),
        );
      }
    }
    // Nothing can be heard of it any more.
    await this.#process.end();
  }

  /** @throws ToolServerError */
  #take(line: Json | undefined): void {
    const message = isFields(line) ? line : {};
    const { id } = message;
    if (!Object.hasOwn(message, 'method') && (typeof id === 'number' || typeof id === 'string')) {
      const method = this.#asked.get(id);
      this.#asked.delete(id);
      if (method !== undefined) {
        this.onmessage?.({ jsonrpc: '2.0', id, ...answerIn(message, method) } as JSONRPCMessage);
        return;
      }
    }
    if (this.#unasked.next() > MAX_BEHIND_MS) {
      throw new ToolServerError(`the server ${this.#name} said more than it was asked for; it was ended`);
    }
    if (isRequest(message)) {
      // The SDK answers, as far as the revision of the protocol has such answers.
      const method = message['method'] === 'ping' ? 'ping' : 'vivarium/not-offered';
      this.onmessage?.({ jsonrpc: '2.0', id: message['id'] as Id, method });
    }
  }
}

const isRequest = ({ id, method }: Fields): boolean =>
  typeof method === 'string' && (Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= MAX_ID));

/** The server's answer to a request of that method, as the SDK is to have it. */
const answerIn = (message: Fields, method: string): object => {
  const { error, result } = message;
  if (isFields(error)) {
    const { code, message: text } = error;
    return {
      error: {
        code: Number.isSafeInteger(code) ? code : INTERNAL_ERROR,
        message: typeof text === 'string' ? text : '',
      },
    };
  }
  const isHandshake = HANDSHAKE.has(method);
  if (!isFields(result)) {
    const problem = result === undefined && error === undefined ? TOO_MUCH : 'it is no object';
    return isHandshake ? refused(problem) : { result: { ...FRAME, [PROBLEM_FIELD]: problem } };
  }
  if (!isHandshake) return { result: framed(result) };
  const used = Object.fromEntries(Object.entries(result).filter(([key]) => key !== 'instructions'));
  return JSON.stringify(used).length > MAX_HANDSHAKE_LENGTH
    ? refused('it says too much of itself')
    : { result: used };
};

const TOO_MUCH =
  `it has more than ${MAX_RESULT_VALUES} values or ${MAX_RESULT_DEPTH} levels, ` +
  'or a key that is not taken (twice the same one, or __proto__)';

const refused = (message: string): object => ({ error: { code: INTERNAL_ERROR, message } });

/** What every revision takes for a result of a call, and for a list of tools. */
const FRAME = {
  resultType: 'complete',
  content: [],
  tools: [],
  ttlMs: 0,
  cacheScope: 'private',
  requestState: '',
} as const;

/** `resultType` says which kind of answer it is, and is there in the newest revision only. */
const framed = (result: Fields): object => {
  const { resultType } = result;
  return {
    ...FRAME,
    resultType: typeof resultType === 'string' ? resultType.slice(0, MAX_RESULT_TYPE) : undefined,
    [RESULT_FIELD]: result,
  };
};
