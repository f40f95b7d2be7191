import process from 'node:process';
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import { MIB } from '../../shared/units.ts';
import type { CallLimits } from '../functions/call-request-handler.ts';
import type { FunctionSet, PreparedFunction } from '../functions/function-set.ts';
import type { ServerSettings } from './server-list.ts';
import { toolFunctions, type OfferedServer } from './tool-functions.ts';
import { ToolServer, type ToolServerOptions } from './tool-server.ts';

export interface ConnectOptions {
  readonly servers: readonly ServerSettings[];
  readonly version: string;
  /** Tells the user, in one line that is fit to print. */
  readonly say: (line: string) => void;
  readonly onState?: ToolServerOptions['onState'];
  /** Aborted when they are not wanted any more. */
  readonly signal: AbortSignal;
}

/** Of one run. What tools give stays in the sandbox, so it may be as much as there can be. */
const CALL_LIMITS: CallLimits = {
  calls: DEFAULTS.functionCalls,
  perSecond: DEFAULTS.functionCallsPerSecond,
  argumentBytes: MIB,
  resultBytes: LIMITS.callResultBytes,
  keepArguments: false,
};

/** Servers whose tools code can call as functions: one process each, for all runs. */
export class ConnectedServers {
  /** What runs may call. */
  readonly functions: { readonly set: FunctionSet; readonly limits: CallLimits };
  /** Of those, the functions that are not always denied. */
  readonly usable: readonly PreparedFunction[];
  /** Names of the servers that are not there. */
  readonly missing: readonly string[];
  readonly #servers: readonly ToolServer[];
  /** Listens to the end of this process. */
  readonly #abandon: () => void;

  private constructor(
    servers: readonly ToolServer[],
    offered: readonly OfferedServer[],
    set: FunctionSet,
    abandon: () => void,
  ) {
    this.#servers = servers;
    this.#abandon = abandon;
    this.functions = { set, limits: CALL_LIMITS };
    this.usable = set.all.filter(({ confirm }) => confirm === 'ask' || confirm === 'allow');
    const there = new Set(offered.map(({ settings }) => settings));
    this.missing = servers
      .filter(({ settings }) => !there.has(settings))
      .map(({ settings }) => settings.name);
  }

  /** Starts them, at the same time. Never rejects: of those that can't be had, the user is told. */
  static async open(options: ConnectOptions): Promise<ConnectedServers> {
    const { onState, say, servers, signal, version } = options;
    const started = servers.map((settings) => new ToolServer({ settings, say, onState, version }));
    const abandon = (): void => started.forEach((server) => server.abandon());
    process.once('exit', abandon);
    const stop = (): void => started.forEach((server) => void server.close());
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const listed = await Promise.all(started.map((server) => server.tools()));
    signal.removeEventListener('abort', stop);
    const offered = started.flatMap((server, index): OfferedServer[] => {
      const tools = listed[index] ?? null;
      if (tools === null) return [];
      const { settings } = server;
      return [{ settings, tools, call: (...given) => server.call(...given) }];
    });
    const { functions, leftOut } = await toolFunctions(offered);
    for (const line of leftOut) say(line);
    return new ConnectedServers(started, offered, functions, abandon);
  }

  /** Ends them all, if need be by force. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    process.off('exit', this.#abandon);
  }
}
