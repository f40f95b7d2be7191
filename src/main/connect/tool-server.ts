import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  type CallToolResult,
  type Tool,
} from '@modelcontextprotocol/client';
import { oneLine } from '../foreign-text/printable.ts';
import type { ServerSettings } from './server-list.ts';
import { MAX_MESSAGE_BYTES, ServerProcess } from './server-process.ts';
import { valueOf } from './tool-result.ts';
import { visibleText } from './tool-schema.ts';

/** For a server to be started, and to list its tools, in ms. */
const START_MS = 20_000;
/** What is looked at of a server's list. */
const MAX_TOOLS = 200;
const MAX_PAGES = 20;
/** A server that has ended is started again by the next call, so many times. */
const MAX_STARTS = 4;
/** Of what a server says of an error, in UTF-16 units. */
const MAX_MESSAGE = 2000;

/** The revision that is tried where a server refuses those before it. */
const NEWEST = '2026-07-28';

/** The message is for whoever wrote the code that called. */
class ToolServerError extends Error {
  override readonly name = 'ToolServerError';
}

/** A server's process under way. */
interface Connection {
  readonly client: Client;
  /** Ends the server, if need be by force. */
  readonly close: () => Promise<void>;
  /** Aborted with a `ToolServerError` when the server is gone, or is to go. */
  readonly gone: AbortSignal;
}

export interface ToolServerOptions {
  readonly settings: ServerSettings;
  readonly version: string;
  /** Tells the user, in one line that is fit to print. */
  readonly say: (line: string) => void;
}

/** One server of the Model Context Protocol: a process of its own, started without a shell, over stdin and stdout. */
export class ToolServer {
  readonly settings: ServerSettings;
  readonly #options: ToolServerOptions;
  readonly #ended = new AbortController();
  #connecting: Promise<Connection> | undefined;
  #starts = 0;

  constructor(options: ToolServerOptions) {
    this.#options = options;
    this.settings = options.settings;
  }

  /** Starts the server. @returns what it lists, or null when it can't be had, which the user is told */
  async tools(): Promise<readonly Tool[] | null> {
    let connection: Connection | undefined;
    try {
      connection = await this.#connected();
      const stop = AbortSignal.any([connection.gone, this.#ended.signal]);
      const { isWhole, tools } = await listOf(connection, stop);
      if (!isWhole)
        this.#say(`has more than ${MAX_TOOLS} tools, or ${MAX_PAGES} pages of them; those are left out`);
      return tools;
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#say(`is not there: ${this.#told(error, START_MS).message}`);
      await connection?.close();
      return null;
    }
  }

  /** @throws Error with what went wrong, for whoever wrote the code that calls */
  async call(tool: string, input: unknown, signal: AbortSignal): Promise<unknown> {
    const { client, gone } = await this.#connected();
    const { timeoutMs } = this.settings;
    const stop = AbortSignal.any([signal, gone]);
    let result: CallToolResult;
    try {
      result = await client.request(
        { method: 'tools/call', params: { name: tool, arguments: input } },
        { signal: stop, timeout: timeoutMs },
      );
    } catch (error) {
      throw gone.aborted ? gone.reason : this.#told(error, timeoutMs);
    }
    return valueOf(result);
  }

  /** Ends the server, if need be by force. */
  async close(): Promise<void> {
    this.#ended.abort(new ToolServerError(`the server ${this.#name} is being ended`));
    const connection = await this.#connecting?.catch(() => undefined);
    await connection?.close();
  }

  get #name(): string {
    return oneLine(this.settings.name);
  }

  #say(what: string): void {
    this.#options.say(oneLine(`server ${this.settings.name} ${what}`));
  }

  /** Not given up with the call that has asked for it: others may wait for the same. */
  #connected(): Promise<Connection> {
    this.#ended.signal.throwIfAborted();
    if (this.#connecting !== undefined) return this.#connecting;
    if (this.#starts >= MAX_STARTS) {
      throw new ToolServerError(
        `the server ${this.#name} has ended ${this.#starts} times, and is not started again`,
      );
    }
    this.#starts += 1;
    const connecting = this.#connect(this.#ended.signal).catch((error: unknown) => {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw error;
    });
    this.#connecting = connecting;
    return connecting;
  }

  /** Most servers know the revision before; one that knows the newest only says so. */
  async #connect(signal: AbortSignal): Promise<Connection> {
    try {
      return await this.#open('legacy', signal);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw this.#told(error, START_MS);
      return await this.#open({ pin: NEWEST }, signal).catch((second: unknown) => {
        throw this.#told(second, START_MS);
      });
    }
  }

  async #open(mode: 'legacy' | { readonly pin: string }, signal: AbortSignal): Promise<Connection> {
    const process = new ServerProcess(this.settings);
    // It may do nothing for us but answer: it is offered nothing, and what it says of its results is not compiled.
    const client = new Client(
      { name: 'vivarium', version: this.#options.version },
      { capabilities: {}, versionNegotiation: { mode }, inputRequired: { autoFulfill: false } },
    );
    const gone = new AbortController();
    let isOpen = false;
    const end = (why: string): void => {
      if (!isOpen || gone.signal.aborted) return;
      gone.abort(new ToolServerError(why));
      this.#connecting = undefined;
      if (this.#ended.signal.aborted) return;
      this.#say(`has ended${process.lastWords === '' ? '' : `; its last words: ${process.lastWords}`}`);
    };
    client.onclose = () => end(`the server ${this.#name} has ended; the next call starts it anew`);
    client.onerror = (error) => {
      // The transport ends a server that says more at once than may be.
      if (!error.message.includes('exceeded maximum size')) return;
      end(`what the server ${this.#name} said is larger than ${MAX_MESSAGE_BYTES} bytes; it was ended`);
      void process.end(client);
    };
    try {
      await client.connect(process.transport, { signal, timeout: START_MS });
    } catch (error) {
      await process.end(client);
      throw error;
    }
    isOpen = true;
    return { client, close: () => process.end(client), gone: gone.signal };
  }

  /** @param limitMs how long was waited for an answer */
  #told(error: unknown, limitMs: number): ToolServerError {
    return error instanceof ToolServerError ? error : new ToolServerError(this.#reasonOf(error, limitMs));
  }

  #reasonOf(error: unknown, limitMs: number): string {
    if (error instanceof SdkError) {
      switch (error.code) {
        case SdkErrorCode.RequestTimeout:
          return `the server ${this.#name} did not answer within ${limitMs / 1000} s`;
        case SdkErrorCode.ConnectionClosed:
        case SdkErrorCode.NotConnected:
        case SdkErrorCode.SendFailed:
          return `the server ${this.#name} has ended`;
        default:
          return `the server ${this.#name} gave no answer that can be understood (${error.code})`;
      }
    }
    const text = error instanceof Error ? error.message : 'unknown reason';
    return visibleText(text, MAX_MESSAGE);
  }
}

/** Page by page, as far as it is looked at. */
const listOf = async (
  { client }: Connection,
  signal: AbortSignal,
): Promise<{ readonly tools: readonly Tool[]; readonly isWhole: boolean }> => {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  const until = performance.now() + START_MS;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const timeout = Math.max(1, until - performance.now());
    const params = cursor === undefined ? {} : { cursor };
    const listed = await client.request({ method: 'tools/list', params }, { signal, timeout });
    const room = MAX_TOOLS - tools.length;
    tools.push(...listed.tools.slice(0, room));
    if (listed.tools.length > room) return { tools, isWhole: false };
    cursor = listed.nextCursor;
    if (cursor === undefined) return { tools, isWhole: true };
  }
  return { tools, isWhole: false };
};
