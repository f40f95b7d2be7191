import { Client, ProtocolError, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { linkSignals, sharedController } from '../base/stop-signal.ts';
import type { Json } from '../foreign-text/json-reader.ts';
import { oneLine } from '../foreign-text/printable.ts';
import type { ServerSettings } from './server-list.ts';
import { ServerProcess } from './server-process.ts';
import { PROBLEM_FIELD, ServerTransport, RESULT_FIELD } from './server-transport.ts';
import { pageOf, type ListedTool } from './tool-list.ts';
import { AnswerError, valueOf } from './tool-result.ts';
import { visibleText } from './tool-schema.ts';
import { ToolServerError } from './tool-server-error.ts';

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

/** A result as the transport frames it. */
const Framed = z.object({
  [RESULT_FIELD]: z.custom<Readonly<Record<string, Json>>>().optional(),
  [PROBLEM_FIELD]: z.string().optional(),
});

/** A server's process under way. */
interface Connection {
  readonly client: Client;
  readonly process: ServerProcess;
  /** Aborted with a `ToolServerError` when the server is gone, or is to go. */
  readonly gone: AbortSignal;
}

interface RequestOptions {
  readonly signal: AbortSignal;
  /** For the answer, in ms. */
  readonly timeout: number;
}

/** What a server is at: `missing` when it can not be had, or not any more; `ended` until the next call starts it anew. */
export type ServerState = 'running' | 'missing' | 'ended';

export interface ToolServerOptions {
  readonly settings: ServerSettings;
  readonly version: string;
  /** Tells the user, in one line that is fit to print. */
  readonly say: (line: string) => void;
  /** Is told after what is said of it. */
  readonly onState?: ((state: ServerState) => void) | undefined;
}

/** One server of the Model Context Protocol: a process of its own, started without a shell, over stdin and stdout. */
export class ToolServer {
  readonly settings: ServerSettings;
  readonly #options: ToolServerOptions;
  readonly #ended = sharedController();
  /** Of now, and those that are not gone yet. */
  readonly #processes = new Set<ServerProcess>();
  #connecting: Promise<Connection> | undefined;
  #starts = 0;

  constructor(options: ToolServerOptions) {
    this.#options = options;
    this.settings = options.settings;
  }

  /** Starts the server. @returns what it lists, or null when it can't be had, which the user is told */
  async tools(): Promise<readonly ListedTool[] | null> {
    let connection: Connection | undefined;
    try {
      connection = await this.#connected();
      const { isWhole, tools } = await listOf(connection);
      if (!isWhole)
        this.#say(`has more than ${MAX_TOOLS} tools, or ${MAX_PAGES} pages of them; those are left out`);
      return tools;
    } catch (error) {
      const why: unknown = connection?.gone.aborted === true ? connection.gone.reason : error;
      if (!this.#ended.signal.aborted) this.#say(`is not there: ${this.#told(why, START_MS).message}`);
      await connection?.process.end();
      if (!this.#ended.signal.aborted) this.#options.onState?.('missing');
      return null;
    }
  }

  /** @throws Error with what went wrong, for whoever wrote the code that calls */
  async call(tool: string, input: unknown, signal: AbortSignal): Promise<Json> {
    const connection = await this.#connected();
    const { timeoutMs } = this.settings;
    const { signal: stop, unlink } = linkSignals(signal, connection.gone);
    try {
      const params = { name: tool, arguments: input };
      return valueOf(await ask(connection, 'tools/call', params, { signal: stop, timeout: timeoutMs }));
    } catch (error) {
      throw connection.gone.aborted ? connection.gone.reason : this.#told(error, timeoutMs);
    } finally {
      unlink();
    }
  }

  /** Ends the server, if need be by force. Whatever waits for it ends at once. */
  async close(): Promise<void> {
    this.#ended.abort(new ToolServerError(`the server ${this.#name} is being ended`));
    await Promise.all([...this.#processes].map((process) => process.end()));
  }

  /** Kills the server without waiting: this process is about to exit. */
  abandon(): void {
    for (const process of this.#processes) process.abandon();
  }

  get #name(): string {
    return oneLine(this.settings.name);
  }

  get #isWornOut(): boolean {
    return this.#starts >= MAX_STARTS;
  }

  get #wornOut(): string {
    return `has ended ${this.#starts} times, and is not started again`;
  }

  #say(what: string): void {
    this.#options.say(oneLine(`server ${this.settings.name} ${what}`));
  }

  /** Not given up with the call that has asked for it: others may wait for the same. */
  #connected(): Promise<Connection> {
    this.#ended.signal.throwIfAborted();
    if (this.#connecting !== undefined) return this.#connecting;
    if (this.#isWornOut) throw new ToolServerError(`the server ${this.#name} ${this.#wornOut}`);
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

  async #open(mode: 'legacy' | { readonly pin: string }, ended: AbortSignal): Promise<Connection> {
    ended.throwIfAborted();
    const process = new ServerProcess(this.settings);
    this.#processes.add(process);
    void process.ended.then(() => this.#processes.delete(process));
    // It may do nothing for us but answer: it is offered nothing, and what it says of its results is not compiled.
    const client = new Client(
      { name: 'vivarium', version: this.#options.version },
      { capabilities: {}, versionNegotiation: { mode }, inputRequired: { autoFulfill: false } },
    );
    const gone = sharedController();
    let fault: ToolServerError | undefined;
    let isOpen = false;
    const end = (why: ToolServerError): void => {
      if (gone.signal.aborted) return;
      gone.abort(why);
      if (!isOpen) return;
      this.#connecting = undefined;
      if (ended.aborted) return;
      const words = process.stderrTail === '' ? '' : `; its last words: ${process.stderrTail}`;
      this.#say(`${this.#isWornOut ? this.#wornOut : 'has ended'}${words}`);
      this.#options.onState?.(this.#isWornOut ? 'missing' : 'ended');
    };
    const fail = (why: ToolServerError): void => {
      fault = why;
      end(why);
    };
    const transport = new ServerTransport(process, this.#name, fail);
    client.onclose = () =>
      end(
        new ToolServerError(
          `the server ${this.#name} ${this.#isWornOut ? this.#wornOut : 'has ended; the next call starts it anew'}`,
        ),
      );
    // The client itself does not listen while it asks for the revision.
    const onEnded = (): void => {
      fail(ended.reason as ToolServerError);
      void process.end();
    };
    ended.addEventListener('abort', onEnded, { once: true });
    try {
      await client.connect(transport, { signal: gone.signal, timeout: START_MS });
      if (gone.signal.aborted) throw gone.signal.reason;
    } catch (error) {
      await process.end();
      throw fault ?? error;
    } finally {
      void process.ended.then(() => ended.removeEventListener('abort', onEnded));
    }
    isOpen = true;
    this.#options.onState?.('running');
    return { client, process, gone: gone.signal };
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
    if (error instanceof AnswerError)
      return `the server ${this.#name} gave no answer that can be understood: ${error.message}`;
    const text = error instanceof Error ? error.message : 'unknown reason';
    return visibleText(text, MAX_MESSAGE);
  }
}

/** @throws SdkError, ProtocolError, ToolServerError, AnswerError */
const ask = async (
  { client }: Connection,
  method: 'tools/call' | 'tools/list',
  params: object,
  options: RequestOptions,
): Promise<Readonly<Record<string, Json>>> => {
  const framed = await client.request({ method, params: { ...params } }, Framed, options);
  const { [PROBLEM_FIELD]: problem, [RESULT_FIELD]: result } = framed;
  if (result === undefined) throw new AnswerError(problem ?? 'it is empty');
  return result;
};

/** Page by page, as far as it is looked at. */
const listOf = async (
  connection: Connection,
): Promise<{ readonly tools: readonly ListedTool[]; readonly isWhole: boolean }> => {
  const tools: ListedTool[] = [];
  let next: string | undefined;
  const until = performance.now() + START_MS;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const timeout = Math.max(1, until - performance.now());
    const params = next === undefined ? {} : { cursor: next };
    const given = await ask(connection, 'tools/list', params, { signal: connection.gone, timeout });
    const { cursor, isWhole, tools: listed } = pageOf(given);
    const room = MAX_TOOLS - tools.length;
    tools.push(...listed.slice(0, room));
    if (!isWhole || listed.length > room) return { tools, isWhole: false };
    next = cursor;
    if (next === undefined) return { tools, isWhole: true };
  }
  return { tools, isWhole: false };
};
