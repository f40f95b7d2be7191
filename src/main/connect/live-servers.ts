import { FunctionSet, type PreparedFunction } from '../functions/function-set.ts';
import { sharedController } from '../base/stop-signal.ts';
import { messageOf } from '../base/system-error.ts';
import { oneLine } from '../foreign-text/printable.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { CallLimits } from '../functions/call-request-handler.ts';
import type { ConnectedServers } from './connected-servers.ts';
import type { ServerSettings } from './server-list.ts';
import type { ServerState } from './tool-server.ts';

export interface LiveServersOptions {
  readonly version: string;
  /** Something about a server is different now. */
  readonly onChange: () => void;
}

export interface LiveServer {
  readonly state: 'starting' | ServerState;
  /** What was last said of it, fit to print; empty for nothing. */
  readonly note: string;
  /** What code may call of it. */
  readonly usable: readonly PreparedFunction[];
}

export interface LiveFunctions {
  readonly set: FunctionSet;
  readonly limits: CallLimits;
}

/** A server from being switched on to being switched off. */
interface Entry {
  readonly settings: ServerSettings;
  readonly stop: AbortController;
  /** Never rejects. */
  readonly opened: Promise<void>;
  servers: ConnectedServers | null;
  state: LiveServer['state'];
  note: string;
}

/** What there is to call now. */
interface Joined {
  readonly functions: LiveFunctions | null;
  /** Of the servers whose functions these are. */
  readonly names: ReadonlySet<string>;
}

const TOO_MUCH = 'more functions than a run is given, or too much is said of them';

/** What all runs are given together. Python must be able to read what it is told of them. */
const MAX_TOLD = LIMITS.functionTextLength / 2;

/** Servers that come and go while this process runs, each by itself: none waits for another, or ends with it. */
export class LiveServers {
  readonly #options: LiveServersOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new Set<Promise<void>>();
  /** Null when it has to be found out. */
  #joined: Joined | null = null;

  constructor(options: LiveServersOptions) {
    this.#options = options;
  }

  /** Starts those that are new, are declared otherwise than before or are not there, and ends those that are not among them. */
  use(servers: readonly ServerSettings[]): void {
    const wanted = new Map(servers.map((settings) => [settings.name, settings]));
    for (const [name, { settings, state }] of [...this.#entries]) {
      const isThere = state === 'starting' || state === 'running';
      const isLeft = isThere && wanted.get(name)?.declared === settings.declared;
      if (!isLeft) this.#end(name);
    }
    for (const settings of servers) {
      if (!this.#entries.has(settings.name)) this.#entries.set(settings.name, this.#start(settings));
    }
    this.#options.onChange();
  }

  /** Null for one that is not in use. */
  find(name: string): LiveServer | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const { note, servers, state } = entry;
    const usable = servers?.usable ?? [];
    return usable.length === 0 || this.#now.names.has(name)
      ? { state, note, usable }
      : {
          state,
          note: `server ${oneLine(name)} is left out: with the others it has ${TOO_MUCH}`,
          usable: [],
        };
  }

  /** Resolves when none that code may need is being started any more. */
  async settledFor(code: string): Promise<void> {
    const entries = [...this.#entries.values()];
    const named = entries.filter(({ settings }) => code.includes(settings.pythonName));
    // Code that names none may get at them all the same.
    await Promise.all((named.length === 0 ? entries : named).map(({ opened }) => opened));
  }

  /** What a run may call now; null when there is nothing. */
  get functions(): LiveFunctions | null {
    return this.#now.functions;
  }

  get #now(): Joined {
    this.#joined ??= this.#join();
    return this.#joined;
  }

  /** Ends all of them, if need be by force. */
  async close(): Promise<void> {
    for (const name of [...this.#entries.keys()]) this.#end(name);
    await Promise.all(this.#ending);
  }

  /** What goes together, by the order in which the servers were switched on. */
  #join(): Joined {
    let limits: CallLimits | null = null;
    let [told, count] = [0, 0];
    const had = new Map<string, FunctionSet>();
    for (const [name, { servers }] of this.#entries) {
      if (servers === null || servers.functions.set.all.length === 0) continue;
      const { set } = servers.functions;
      const isTooMuch =
        told + set.toldLength > MAX_TOLD - had.size || count + set.all.length > LIMITS.functionCount;
      if (isTooMuch) continue;
      told += set.toldLength;
      count += set.all.length;
      ({ limits } = servers.functions);
      had.set(name, set);
    }
    const functions = limits === null ? null : { set: FunctionSet.joined([...had.values()]), limits };
    return { functions, names: new Set(had.keys()) };
  }

  #start(settings: ServerSettings): Entry {
    const stop = sharedController();
    const changed = (change: Partial<Pick<Entry, 'servers' | 'state' | 'note'>>): void => {
      if (stop.signal.aborted) return;
      Object.assign(entry, change);
      this.#options.onChange();
    };
    const open = async (): Promise<void> => {
      // Only those who have servers pay for loading it.
      const { ConnectedServers: Connected } = await import('./connected-servers.ts');
      if (stop.signal.aborted) return;
      const servers = await Connected.open({
        servers: [settings],
        version: this.#options.version,
        say: (note) => changed({ note }),
        // Until its tools are known it is being started.
        onState: (state) => {
          if (state !== 'running') changed({ state });
          else if (entry.servers === null) changed({ state: 'starting' });
          // That it had ended is not true any more.
          else changed({ state, ...(entry.state === 'ended' ? { note: '' } : {}) });
        },
        signal: stop.signal,
      });
      entry.servers = servers;
      this.#joined = null;
      if (entry.state === 'starting') changed({ state: 'running' });
    };
    const entry: Entry = {
      settings,
      stop,
      opened: Promise.resolve()
        .then(open)
        .catch((error: unknown) => changed({ state: 'missing', note: oneLine(messageOf(error)) })),
      servers: null,
      state: 'starting',
      note: '',
    };
    return entry;
  }

  #end(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#joined = null;
    entry.stop.abort();
    const ended = entry.opened.then(() => entry.servers?.close()).finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
