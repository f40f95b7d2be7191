import type { Config } from '../../shared/config/config.ts';
import type { ToolServerStatus, ToolsStatus } from '../../shared/ipc/tools.ts';
import { messageOf } from '../base/system-error.ts';
import { LiveServers } from '../connect/live-servers.ts';
import { serversInFile } from '../connect/server-list-file.ts';
import type { ServerSettings } from '../connect/server-list.ts';
import { Yielder } from '../foreign-text/yielder.ts';
import type { RunFunctions } from '../functions/call-request-handler.ts';
import { mentionsFunctions } from '../functions/function-set.ts';
import type { ConfirmCall } from '../functions/host-function.ts';
import { stubText } from '../functions/python-stubs.ts';
import { changedParts, shownServer } from './shown-server.ts';

export interface ToolServersOptions {
  /** Asked each time. */
  readonly settings: () => Config['tools'];
  /** Of the app. */
  readonly version: string;
  /** Asks a person about a call. */
  readonly confirm: ConfirmCall;
  readonly onChange: (status: ToolsStatus) => void;
}

/** Functions whose stubs are made in one stretch. */
const AT_ONCE = 20;

/** By its name alone, whoever changes the file would have something else started that nobody has seen. */
const isOn = ({ declared, name }: ServerSettings, on: Config['tools']['on']): boolean =>
  on.some((one) => one.name === name && one.declared === declared);

/** The servers of the settings' file, whose tools code of the window may call. None is started that is not switched on as it is. */
export class ToolServers {
  readonly #options: ToolServersOptions;
  readonly #live: LiveServers;
  #listed: readonly ServerSettings[] = [];
  #problem: string | null = null;
  #reading: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: ToolServersOptions) {
    this.#options = options;
    this.#live = new LiveServers({
      version: options.version,
      onChange: () => options.onChange(this.status),
    });
  }

  get status(): ToolsStatus {
    return { problem: this.#problem, servers: this.#listed.map((settings) => this.#statusOf(settings)) };
  }

  /** Reads the file of the settings, and goes by the settings. Never rejects. */
  refresh(): Promise<void> {
    this.#reading = this.#reading
      .then(() => this.#refresh())
      .catch((error: unknown) => {
        this.#problem = messageOf(error);
      });
    return this.#reading;
  }

  /**
   * What a run may call: waits for servers that are being started if the code looks as if it needs them. Undefined when there is
   * nothing to be called, or the signal is aborted.
   */
  functionsFor(
    code: string,
    signal: AbortSignal,
  ): RunFunctions | undefined | Promise<RunFunctions | undefined> {
    if (this.#options.settings().on.length === 0) return undefined;
    if (!mentionsFunctions(code)) return this.#functions;
    const there = this.#reading.then(() => this.#live.settledFor(code)).then(() => this.#functions);
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    return Promise.race([there, stopped]);
  }

  /** Stubs of what a server offers, which may be much; null when it is not there. */
  async stubsOf(name: string): Promise<string | null> {
    const usable = this.#live.find(name)?.usable ?? [];
    const yielder = new Yielder();
    const texts: string[] = [];
    for (let at = 0; at < usable.length; at += AT_ONCE) {
      await yielder.pause();
      texts.push(stubText(usable.slice(at, at + AT_ONCE)));
    }
    return texts.length === 0 ? null : texts.join('\n\n');
  }

  /** Ends them all. Does not wait for a file that is being read, which may be on a drive that does not answer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#live.close();
  }

  get #functions(): RunFunctions | undefined {
    const { functions } = this.#live;
    return functions === null
      ? undefined
      : { ...functions, confirm: this.#options.confirm, pausesTime: true };
  }

  async #refresh(): Promise<void> {
    const { file, on } = this.#options.settings();
    let listed: readonly ServerSettings[] = [];
    let problem: string | null = null;
    try {
      if (file !== '') listed = await serversInFile(file);
    } catch (error) {
      problem = messageOf(error);
    }
    if (this.#isClosed) return;
    this.#listed = listed;
    this.#problem = problem;
    this.#live.use(listed.filter((settings) => isOn(settings, on)));
  }

  #statusOf(settings: ServerSettings): ToolServerStatus {
    const { name } = settings;
    const live = this.#live.find(name);
    const { on } = this.#options.settings();
    const before = isOn(settings, on) ? undefined : on.find((one) => one.name === name);
    return {
      ...shownServer(settings),
      changed: before === undefined ? [] : changedParts(settings, before),
      state: live?.state ?? (before === undefined ? 'off' : 'changed'),
      functions: live?.usable.length ?? 0,
      note: live?.note ?? '',
    };
  }
}
